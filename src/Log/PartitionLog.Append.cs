using Compat.Log.Configuration;
using Compat.Log.Producers;
using Compat.Log.Segments;
using Compat.Log.Storage;
using Compat.Log.Validation;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log;

/// <summary>Appending.</summary>
public sealed partial class PartitionLog
{
    /// <summary>
    /// Appends a batch as the leader: checks it, gives it the next offsets and the epoch, and writes it with one call.
    /// When this returns, the batch outlives the process. Whether it may be acknowledged is for
    /// <see cref="AcknowledgeableOffset"/> to say: with <c>flush.messages</c> a flush has to come first, which this asks
    /// for and does not wait for.
    /// </summary>
    /// <param name="batches">
    /// One whole batch from a producer, one or more from a coordinator or a quorum leader. They are changed in place, and
    /// the memory is the caller's again afterwards.
    /// </param>
    /// <param name="leaderEpoch">The epoch in which this broker leads.</param>
    /// <param name="origin">Where the batch comes from.</param>
    /// <param name="transactionVersion">The version of the transaction protocol, for markers; from 2 on they need a new epoch (KIP-890).</param>
    public AppendResult AppendAsLeader(
        Memory<byte> batches, int leaderEpoch, AppendOrigin origin = AppendOrigin.Client, short transactionVersion = 0)
    {
        LogConfig config = Config;
        AppendValidator validator = new(config, _context.NowMs, origin, leaderEpoch, _context.MaxDecompressedBytes);
        if (validator.Validate(batches) is { } problem)
        {
            return AppendResult.Failed(problem.Code, problem.Message, LogStartOffset, problem.Records);
        }

        AppendResult result;
        lock (_lock)
        {
            result = AppendLocked(validator.Batches, leaderEpoch, origin, transactionVersion, config, validator.LogAppendTimeMs);
        }

        if (result.ErrorCode == ErrorCode.None && result.LastOffset >= AcknowledgeableOffset)
        {
            RequestFlush();
        }

        return result;
    }

    /// <summary>
    /// Appends what was fetched from the leader, with the offsets and epochs it has. A flush that is due is waited for: the
    /// leader takes the next fetch for the word that this replica has the records.
    /// </summary>
    /// <param name="batches">Whole batches; one that is cut off at the end is left out.</param>
    /// <param name="leaderEpoch">
    /// The leader epoch the batches were fetched in. Batches of a later one are left out: they come from an answer of a
    /// leader that has been replaced (KAFKA-18723).
    /// </param>
    /// <returns>OffsetOutOfRange when the first batch begins below the log end, CorruptMessage for damaged batches.</returns>
    public AppendResult AppendAsFollower(ReadOnlyMemory<byte> batches, int leaderEpoch = int.MaxValue)
    {
        LogConfig config = Config;
        FollowerBatches validated = FollowerBatches.Validate(batches, leaderEpoch);
        if (validated.Problem is { } problem)
        {
            return AppendResult.Failed(problem.Code, problem.Message, LogStartOffset);
        }

        AppendResult result;
        lock (_lock)
        {
            result = AppendFollowedLocked(validated.Batches, config);
        }

        return result.ErrorCode == ErrorCode.None && result.LastOffset >= AcknowledgeableOffset ? FlushBefore(result) : result;
    }

    private AppendResult AppendLocked(
        Memory<byte> batches, int leaderEpoch, AppendOrigin origin, short transactionVersion, LogConfig config, long appendTimeMs)
    {
        if (RefusedForState() is { } refused)
        {
            return refused;
        }

        long firstOffset = _end.Offset;
        if (origin == AppendOrigin.RaftLeader)
        {
            if (new RecordBatch(batches).BaseOffset != firstOffset)
            {
                return AppendResult.Failed(ErrorCode.InvalidRecord, $"The batches do not begin at the log end offset {firstOffset}.", _logStartOffset);
            }
        }
        else
        {
            AssignOffsets(batches.Span, firstOffset, leaderEpoch);
        }

        if (batches.Length > config.SegmentBytes)
        {
            return AppendResult.Failed(
                ErrorCode.RecordListTooLarge, $"{batches.Length} bytes do not fit a segment of {config.SegmentBytes}.", _logStartOffset);
        }

        return CheckProducers(batches, origin, transactionVersion, out ProducerBatch duplicate) switch
        {
            ErrorCode.None => Write(batches, firstOffset, appendTimeMs, config),
            ErrorCode.DuplicateSequenceNumber => Duplicate(duplicate),
            var code => AppendResult.Failed(code, ProducerProblem(code, batches), _logStartOffset),
        };
    }

    private AppendResult AppendFollowedLocked(ReadOnlyMemory<byte> batches, LogConfig config)
    {
        if (RefusedForState() is { } refused)
        {
            return refused;
        }

        if (batches.IsEmpty)
        {
            return new AppendResult { FirstOffset = -1, LastOffset = -1, LogAppendTimeMs = -1, LogStartOffset = _logStartOffset };
        }

        long firstOffset = new RecordBatch(batches).BaseOffset;
        if (firstOffset < _end.Offset)
        {
            return AppendResult.Failed(
                ErrorCode.OffsetOutOfRange, $"The first offset {firstOffset} lies below the log end offset {_end.Offset}.", _logStartOffset);
        }

        return Write(batches, firstOffset, appendTimeMs: -1, config);
    }

    private AppendResult? RefusedForState() => _isClosed || _isFailed
        ? AppendResult.Failed(ErrorCode.KafkaStorageError, $"The log of {TopicPartition} is {(_isClosed ? "closed" : "offline")}.", _logStartOffset)
        : null;

    private static void AssignOffsets(Span<byte> batches, long offset, int leaderEpoch)
    {
        while (!batches.IsEmpty)
        {
            RecordBatchHeader header = RecordBatchHeader.Read(batches);
            RecordBatchPatch.SetBaseOffset(batches, offset);
            RecordBatchPatch.SetPartitionLeaderEpoch(batches, leaderEpoch);
            offset += header.LastOffsetDelta + 1L;
            batches = batches[(int)header.SizeInBytes..];
        }
    }

    private ErrorCode CheckProducers(
        ReadOnlyMemory<byte> batches, AppendOrigin origin, short transactionVersion, out ProducerBatch duplicate)
    {
        foreach (RecordBatch batch in new RecordBatches(batches))
        {
            if (batch.HasProducerId)
            {
                ErrorCode code = _producers.Check(batch, origin, transactionVersion, out duplicate);
                if (code != ErrorCode.None)
                {
                    return code;
                }
            }
        }

        duplicate = default;
        return ErrorCode.None;
    }

    private AppendResult Write(ReadOnlyMemory<byte> batches, long firstOffset, long appendTimeMs, LogConfig config)
    {
        (long lastOffset, long maxTimestamp) = LastOffsetAndMaxTimestamp(batches);
        try
        {
            Segment segment = MaybeRoll(batches.Length, firstOffset, lastOffset, maxTimestamp, config);
            segment.Append(batches, config);
            Publish(batches, segment, lastOffset + 1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return WriteFailed(exception);
        }

        return new AppendResult
        {
            FirstOffset = firstOffset,
            LastOffset = lastOffset,
            LogAppendTimeMs = appendTimeMs,
            LogStartOffset = _logStartOffset,
        };
    }

    // The records are in the file. Everything that must hold once they can be read is put in place before the end moves.
    private void Publish(ReadOnlyMemory<byte> batches, Segment segment, long nextOffset)
    {
        bool endIsHighWatermark = _highWatermark.Offset >= nextOffset;
        foreach (RecordBatch batch in new RecordBatches(batches))
        {
            _epochs.Assign(batch.PartitionLeaderEpoch, batch.BaseOffset);
            ApplyToProducers(batch, segment);
        }

        UpdateFirstUnstable();
        LogOffsetMetadata end = new(nextOffset, segment.BaseOffset, segment.Size);
        Volatile.Write(ref _end, end);
        if (endIsHighWatermark)
        {
            Volatile.Write(ref _highWatermark, end);
        }

        ScheduleFlush();
    }

    private void ApplyToProducers(in RecordBatch batch, Segment segment)
    {
        if (_producers.Apply(batch) is not { IsAborted: true } ended)
        {
            return;
        }

        try
        {
            segment.TransactionIndex.Append(new AbortedTransaction(
                ended.ProducerId, ended.FirstOffset, ended.LastOffset, _producers.LastStableOffsetAfter(ended)));
        }
        catch (StorageFullException exception)
        {
            // The marker is in the segment and cannot be taken back, so this is more than a full device.
            throw new IOException("An aborted transaction could not be noted.", exception);
        }
    }

    private AppendResult Duplicate(ProducerBatch batch) => new()
    {
        FirstOffset = batch.FirstOffset,
        LastOffset = batch.LastOffset,
        LogAppendTimeMs = batch.Timestamp,
        LogStartOffset = _logStartOffset,
        IsDuplicate = true,
    };

    // A full device refuses this append and no other; after any other failure the file's content is anybody's guess.
    private AppendResult WriteFailed(Exception exception)
    {
        LogMessages.WriteFailed(_context.Logger, TopicPartition, _folder.Path, exception);
        if (exception is not StorageFullException)
        {
            Fail(exception);
        }

        return AppendResult.Failed(ErrorCode.KafkaStorageError, exception.Message, _logStartOffset);
    }

    private string ProducerProblem(ErrorCode code, ReadOnlyMemory<byte> batches)
    {
        RecordBatch batch = new(batches);
        ProducerState? state = _producers.Find(batch.ProducerId);
        return code switch
        {
            ErrorCode.OutOfOrderSequenceNumber =>
                $"Producer {batch.ProducerId} sent sequence number {batch.BaseSequence} of epoch {batch.ProducerEpoch} after {state?.LastSequence} of epoch {state?.Epoch}.",
            ErrorCode.InvalidProducerEpoch =>
                $"Producer {batch.ProducerId} sent epoch {batch.ProducerEpoch}, the latest is {state?.Epoch}.",
            ErrorCode.InvalidTxnState =>
                $"Producer {batch.ProducerId} sent a batch outside of its open transaction.",
            _ => $"Producer {batch.ProducerId} may not append: {code}.",
        };
    }

    private static (long LastOffset, long MaxTimestamp) LastOffsetAndMaxTimestamp(ReadOnlyMemory<byte> batches)
    {
        long lastOffset = -1;
        long maxTimestamp = RecordBatch.NoTimestamp;
        foreach (RecordBatch batch in new RecordBatches(batches))
        {
            lastOffset = batch.LastOffset;
            maxTimestamp = Math.Max(maxTimestamp, batch.MaxTimestamp);
        }

        return (lastOffset, maxTimestamp);
    }
}
