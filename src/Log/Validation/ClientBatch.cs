using Compat.Log.Configuration;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Validation;

/// <summary>What must be true of a batch from a producer; nothing that a client says is believed.</summary>
internal static class ClientBatch
{
    /// <summary>No more single records than these are named in an answer.</summary>
    private const int MaxInvalidRecords = 1000;

    /// <summary>Checks the header against itself and against what clients may write.</summary>
    public static AppendProblem? ValidateHeader(in RecordBatch batch)
    {
        if (batch.LastOffsetDelta < 0 || batch.RecordCount <= 0 || batch.LastOffsetDelta + 1L != batch.RecordCount)
        {
            return Invalid($"The record batch claims {batch.RecordCount} records at offsets up to {batch.LastOffset}.");
        }

        if (batch.IsControl)
        {
            return Invalid("Clients may not write control records.");
        }

        return batch.HasProducerId && batch.BaseSequence < 0
            ? Invalid($"The record batch of producer {batch.ProducerId} has the sequence number {batch.BaseSequence}.")
            : null;
    }

    /// <summary>Reads all records and checks that there are as many as the header claims, each with the next offset, a key where one is needed and a time within bounds.</summary>
    /// <param name="batch">The batch; its header was checked.</param>
    /// <param name="config">The topic's settings.</param>
    /// <param name="nowMs">The wall clock.</param>
    /// <param name="maxTimestamp">The greatest timestamp of the records.</param>
    public static AppendProblem? ValidateRecords(in RecordBatch batch, LogConfig config, long nowMs, out long maxTimestamp)
    {
        RecordChecks checks = new(config, nowMs, batch.TimestampType);
        maxTimestamp = RecordBatch.NoTimestamp;
        try
        {
            int index = 0;
            foreach (Record record in batch.Records())
            {
                if (record.OffsetDelta != index)
                {
                    return Invalid($"The record at place {index} of the batch has offset {record.OffsetDelta}.");
                }

                maxTimestamp = Math.Max(maxTimestamp, record.Timestamp);
                checks.Check(record, index++);
            }
        }
        catch (WireFormatException exception)
        {
            return Invalid(exception.Message);
        }

        return checks.Problem;
    }

    /// <summary>The codec to store the batch with, or null when it may stay as it is.</summary>
    public static Compression? TargetCompression(in RecordBatch batch, LogConfig config)
    {
        CompressionType? wanted = config.CompressionType switch
        {
            BrokerCompressionType.Uncompressed => CompressionType.None,
            BrokerCompressionType.Gzip => CompressionType.Gzip,
            BrokerCompressionType.Snappy => CompressionType.Snappy,
            BrokerCompressionType.Lz4 => CompressionType.Lz4,
            BrokerCompressionType.Zstd => CompressionType.Zstd,
            _ => null,
        };
        return wanted is { } type && type != batch.CompressionType ? Compression.Of(type, config.CompressionLevel) : null;
    }

    private static AppendProblem Invalid(string message) => new(ErrorCode.InvalidRecord, message);

    private struct RecordChecks(LogConfig config, long nowMs, TimestampType batchTimestampType)
    {
        private readonly bool _usesCreateTime = config.MessageTimestampType == MessageTimestampType.CreateTime;
        private List<InvalidRecord>? _invalid;
        private int _invalidCount;
        private bool _hasInvalidTimestamp;

        public readonly AppendProblem? Problem
        {
            get
            {
                if (_invalid is null)
                {
                    return null;
                }

                return _hasInvalidTimestamp
                    ? new AppendProblem(ErrorCode.InvalidTimestamp, "One or more records have been rejected due to an invalid timestamp.", _invalid)
                    : new AppendProblem(ErrorCode.InvalidRecord, $"{_invalidCount} records have been rejected, the first because: {_invalid[0].Message}", _invalid);
            }
        }

        public void Check(scoped in Record record, int index)
        {
            if (config.CleanupCompact && record.IsKeyNull)
            {
                Add(index, "A compacted topic takes no record without a key.");
                return;
            }

            if (_usesCreateTime && record.Timestamp != RecordBatch.NoTimestamp)
            {
                long age = nowMs - record.Timestamp;
                if (age > config.MessageTimestampBeforeMaxMs || -age > config.MessageTimestampAfterMaxMs)
                {
                    AddTimestamp(index, $"The timestamp {record.Timestamp} is too far from the broker's time {nowMs}.");
                }
            }
            else if (batchTimestampType == TimestampType.LogAppendTime)
            {
                AddTimestamp(index, "A producer may not set the timestamp type LogAppendTime.");
            }
        }

        private void AddTimestamp(int index, string message)
        {
            _hasInvalidTimestamp = true;
            Add(index, message);
        }

        private void Add(int index, string message)
        {
            _invalid ??= [];
            _invalidCount++;
            if (_invalid.Count < MaxInvalidRecords)
            {
                _invalid.Add(new InvalidRecord(index, message));
            }
        }
    }
}
