using Compat.Wire;

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

    /// <summary>Whether an idempotent producer sent the batch again: nothing was appended, the offsets are those of before.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>The records that made the batch invalid; null when it is not about single records.</summary>
    public IReadOnlyList<InvalidRecord>? InvalidRecords { get; init; }

    internal static AppendResult Failed(ErrorCode code, string message, long logStartOffset, IReadOnlyList<InvalidRecord>? records = null) => new()
    {
        ErrorCode = code,
        ErrorMessage = message,
        FirstOffset = -1,
        LastOffset = -1,
        LogAppendTimeMs = -1,
        LogStartOffset = logStartOffset,
        InvalidRecords = records,
    };
}

/// <summary>A record that made its batch invalid (KIP-467).</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Message">What is wrong with it.</param>
public readonly record struct InvalidRecord(int Index, string Message);
