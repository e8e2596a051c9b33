using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log;

/// <summary>What an append led to.</summary>
public readonly struct AppendResult
{
    /// <summary>Whether the batches are in the log, now or (a duplicate) since before.</summary>
    public ErrorCode ErrorCode { get; init; }

    /// <summary>What was wrong, for the client; null without an error.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The offset of the first record, -1 with an error.</summary>
    public long FirstOffset { get; init; }

    /// <summary>The offset of the last record, -1 with an error.</summary>
    public long LastOffset { get; init; }

    /// <summary>The time the broker gave the records, ms; -1 when they keep their own.</summary>
    public long LogAppendTimeMs { get; init; }

    /// <summary>The log start offset at that time.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>The leader epoch in which it was appended.</summary>
    public int LeaderEpoch { get; init; }

    /// <summary>Whether an idempotent producer sent the batch again: nothing was appended, the offsets are those of before.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>The records that made the batch invalid; null or empty when it is not about single records (KIP-467).</summary>
    public IReadOnlyList<RecordError>? RecordErrors { get; init; }

    internal static AppendResult Failed(ErrorCode code, string message, long logStartOffset, IReadOnlyList<RecordError>? records = null) => new()
    {
        ErrorCode = code,
        ErrorMessage = message,
        FirstOffset = -1,
        LastOffset = -1,
        LogAppendTimeMs = -1,
        LogStartOffset = logStartOffset,
        RecordErrors = records,
    };
}
