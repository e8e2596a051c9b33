using Compat.Log.Configuration;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Validation;

/// <summary>
/// Checks what is to be appended as the leader, and makes of it what the topic's settings want: another codec, or the
/// broker's own time. Offsets are assigned later, under the log's lock; this runs before.
/// </summary>
internal struct AppendValidator(LogConfig config, long nowMs, AppendOrigin origin, int leaderEpoch)
{
    /// <summary>The batches to append: those given, or one that was compressed anew.</summary>
    public Memory<byte> Batches { get; private set; }

    /// <summary>The time that was set in the batches, ms, or -1 when they keep their own.</summary>
    public readonly long LogAppendTimeMs => UsesLogAppendTime ? nowMs : RecordBatch.NoTimestamp;

    private readonly bool UsesLogAppendTime =>
        config.MessageTimestampType == MessageTimestampType.LogAppendTime && origin != AppendOrigin.RaftLeader;

    /// <summary>Checks everything that can be said without knowing the log; null when nothing is wrong.</summary>
    public AppendProblem? Validate(Memory<byte> batches)
    {
        Batches = batches;
        int position = 0;
        while (position < batches.Length)
        {
            if (position > 0 && origin == AppendOrigin.Client)
            {
                return new AppendProblem(ErrorCode.InvalidRecord, "A producer sends one batch for a partition at a time.");
            }

            AppendProblem? problem = ValidateFraming(batches.Span[position..], out int size)
                ?? ValidateBatch(batches.Slice(position, size));
            if (problem is not null)
            {
                return problem;
            }

            position += size;
        }

        return position > 0 ? null : new AppendProblem(ErrorCode.InvalidRecord, "There is no record batch.");
    }

    private static AppendProblem? ValidateFraming(ReadOnlySpan<byte> batch, out int size)
    {
        size = 0;
        if (batch.Length < RecordBatch.HeaderSize)
        {
            return new AppendProblem(ErrorCode.CorruptMessage, $"{batch.Length} bytes are no record batch.");
        }

        RecordBatchHeader header = RecordBatchHeader.Read(batch);
        if (header.Magic is 0 or 1)
        {
            return new AppendProblem(ErrorCode.InvalidRecord, $"Record batches of magic {header.Magic} are no longer accepted.");
        }

        if (header.Magic != RecordBatch.CurrentMagic)
        {
            return new AppendProblem(ErrorCode.CorruptMessage, $"There are no record batches of magic {header.Magic}.");
        }

        if (header.SizeInBytes < RecordBatch.HeaderSize || header.SizeInBytes > batch.Length)
        {
            return new AppendProblem(ErrorCode.CorruptMessage, $"A record batch claims {header.SizeInBytes} bytes of {batch.Length}.");
        }

        size = (int)header.SizeInBytes;
        return null;
    }

    private AppendProblem? ValidateBatch(Memory<byte> memory)
    {
        RecordBatch batch = new(memory);
        if (origin == AppendOrigin.Client && batch.BaseOffset != 0)
        {
            return new AppendProblem(ErrorCode.InvalidRecord, $"The base offset of a batch that is to be appended is 0, not {batch.BaseOffset}.");
        }

        if (origin != AppendOrigin.RaftLeader && batch.SizeInBytes > config.MaxMessageBytes)
        {
            return TooLarge(batch.SizeInBytes);
        }

        if (origin != AppendOrigin.RaftLeader && !batch.IsCrcValid())
        {
            return new AppendProblem(ErrorCode.CorruptMessage, "The checksum of the record batch is wrong.");
        }

        return origin switch
        {
            AppendOrigin.Client => ClientBatch.ValidateHeader(batch) ?? ValidateRecords(memory, batch),
            AppendOrigin.RaftLeader when batch.PartitionLeaderEpoch != leaderEpoch =>
                new AppendProblem(ErrorCode.InvalidRecord, $"A batch has the epoch {batch.PartitionLeaderEpoch}, the leader {leaderEpoch}."),
            AppendOrigin.RaftLeader => null,
            _ => SetTimestamp(memory, batch.MaxTimestamp),
        };
    }

    private AppendProblem? ValidateRecords(Memory<byte> memory, in RecordBatch batch)
    {
        AppendProblem? problem = ClientBatch.ValidateRecords(batch, config, nowMs, out long maxTimestamp);
        if (problem is not null)
        {
            return problem;
        }

        return ClientBatch.TargetCompression(batch, config) is { } compression
            ? Recompress(batch, compression)
            : SetTimestamp(memory, maxTimestamp);
    }

    private readonly AppendProblem? SetTimestamp(Memory<byte> batch, long maxTimestamp)
    {
        if (UsesLogAppendTime)
        {
            RecordBatchPatch.SetMaxTimestamp(batch.Span, TimestampType.LogAppendTime, nowMs);
        }
        else
        {
            RecordBatchPatch.SetMaxTimestamp(batch.Span, TimestampType.CreateTime, maxTimestamp);
        }

        return null;
    }

    private AppendProblem? Recompress(in RecordBatch batch, Compression compression)
    {
        using RecordBatchBuilder builder = new()
        {
            Compression = compression,
            LogAppendTimeMs = UsesLogAppendTime ? nowMs : null,
            ProducerId = batch.ProducerId,
            ProducerEpoch = batch.ProducerEpoch,
            BaseSequence = batch.BaseSequence,
            IsTransactional = batch.IsTransactional,
        };
        foreach (Record record in batch.Records())
        {
            builder.Append(record);
        }

        Batches = builder.Build();
        return Batches.Length > config.MaxMessageBytes ? TooLarge(Batches.Length) : null;
    }

    private readonly AppendProblem TooLarge(int bytes) =>
        new(ErrorCode.MessageTooLarge, $"The record batch has {bytes} bytes, max.message.bytes is {config.MaxMessageBytes}.");
}
