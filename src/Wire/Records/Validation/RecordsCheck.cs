using Compat.Wire.Records.Codecs;

namespace Compat.Wire.Records.Validation;

/// <summary>The checks of every record of a batch, whose header is already known to be right.</summary>
internal ref struct RecordsCheck
{
    private readonly RecordBatchHeader _header;
    private readonly RecordBatchRules _rules;
    private readonly long _nowMs;
    private readonly bool _hasAppendTime;
    private readonly bool _checksTimestamps;
    private readonly long _earliest;
    private readonly long _latest;
    private List<RecordError>? _errors;
    private bool _hasTimestampError;
    private long _maxTimestamp = RecordBatch.NoTimestamp;

    private RecordsCheck(scoped in RecordBatchHeader header, scoped in RecordBatchRules rules, long nowMs)
    {
        _header = header;
        _rules = rules;
        _nowMs = nowMs;
        _hasAppendTime = header.TimestampType == TimestampType.LogAppendTime;
        _checksTimestamps = rules.TimestampType == TimestampType.CreateTime;
        _earliest = Saturate((Int128)nowMs - rules.TimestampBeforeMaxMs);
        _latest = Saturate((Int128)nowMs + rules.TimestampAfterMaxMs);
    }

    /// <summary>Walks the records; an accepted verdict carries the greatest timestamp, but no batch.</summary>
    internal static RecordBatchVerdict Check(in RecordBatch batch, in RecordBatchRules rules, long nowMs)
    {
        var check = new RecordsCheck(batch.Header, rules, nowMs);
        CodecReader? reader = null;
        try
        {
            reader = batch.CompressionType == CompressionType.None
                ? null
                : CodecReader.Open(batch.CompressionType, batch.Payload, rules.MaxDecompressedBytes);
            return check.Walk(reader is null ? new RecordSkimmer(batch.Payload.Span) : new RecordSkimmer(reader));
        }
        catch (WireFormatException exception)
        {
            ErrorCode code = reader is { IsOverLimit: true } ? ErrorCode.MessageTooLarge : ErrorCode.InvalidRecord;
            return RecordBatchVerdict.Refused(code, exception.Message);
        }
        finally
        {
            reader?.Dispose();
        }
    }

    private static long Saturate(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);

    private RecordBatchVerdict Walk(RecordSkimmer records)
    {
        for (int index = 0; index < _header.RecordCount; index++)
        {
            records.Next();
            CheckRecord(records, index);
        }

        records.End();
        if (_errors is null)
        {
            return RecordBatchVerdict.Accepted(
                default, _rules.TimestampType == TimestampType.LogAppendTime ? _nowMs : _maxTimestamp);
        }

        ErrorCode code = _hasTimestampError ? ErrorCode.InvalidTimestamp : ErrorCode.InvalidRecord;
        return RecordBatchVerdict.Refused(code, $"{_errors.Count} records of the batch were refused, the first: {_errors[0].Message}", _errors);
    }

    private void CheckRecord(scoped in RecordSkimmer record, int index)
    {
        long timestamp = _hasAppendTime ? _header.MaxTimestamp : _header.BaseTimestamp + record.TimestampDelta;
        _maxTimestamp = Math.Max(_maxTimestamp, timestamp);
        bool isTimely = _checksTimestamps && timestamp != RecordBatch.NoTimestamp
            ? timestamp >= _earliest && timestamp <= _latest
            : !_hasAppendTime;
        if (!isTimely || (_rules.IsCompacted && record.IsKeyNull) || (_rules.IsFromClient && record.OffsetDelta != index))
        {
            Refuse(record, index, timestamp);
        }
    }

    /// <summary>Notes the first thing that is wrong with a record.</summary>
    private void Refuse(scoped in RecordSkimmer record, int index, long timestamp)
    {
        string message;
        if (_rules.IsFromClient && record.OffsetDelta != index)
        {
            message = $"The record has offset delta {record.OffsetDelta}.";
        }
        else if (_rules.IsCompacted && record.IsKeyNull)
        {
            message = "A record without a key cannot be in a compacted topic.";
        }
        else
        {
            _hasTimestampError = true;
            message = _checksTimestamps && timestamp != RecordBatch.NoTimestamp
                ? $"Timestamp {timestamp} is not between {_earliest} and {_latest}."
                : "A producer cannot set the append time.";
        }

        _errors ??= [];
        if (_errors.Count < RecordBatchValidator.MaxRecordErrors)
        {
            _errors.Add(new RecordError(index, message));
        }
    }
}
