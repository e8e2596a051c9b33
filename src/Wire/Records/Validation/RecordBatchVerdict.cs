namespace Compat.Wire.Records;

/// <summary>What became of a batch that was checked before it is appended.</summary>
public readonly record struct RecordBatchVerdict
{
    /// <summary>None, or why the batch is refused as a whole.</summary>
    public ErrorCode ErrorCode { get; private init; }

    /// <summary>Details for the client; null without an error.</summary>
    public string? ErrorMessage { get; private init; }

    /// <summary>The records at fault, where single ones are; at most <see cref="RecordBatchValidator.MaxRecordErrors"/>.</summary>
    public IReadOnlyList<RecordError> RecordErrors { get; private init; }

    /// <summary>
    /// The batch to append: the memory that was given, its timestamps set, or new memory when it had to be recompressed.
    /// Base offset and leader epoch are still to be assigned. Empty with an error.
    /// </summary>
    public Memory<byte> Batch { get; private init; }

    /// <summary>Whether <see cref="Batch"/> is new memory.</summary>
    public bool IsRebuilt { get; private init; }

    /// <summary>The greatest timestamp of the records, or the append time with LogAppendTime; ms since 1970, or -1.</summary>
    public long MaxTimestamp { get; private init; }

    internal static RecordBatchVerdict Accepted(Memory<byte> batch, long maxTimestamp, bool isRebuilt = false) =>
        new() { Batch = batch, MaxTimestamp = maxTimestamp, IsRebuilt = isRebuilt, RecordErrors = [] };

    internal static RecordBatchVerdict Refused(ErrorCode code, string message, IReadOnlyList<RecordError>? errors = null) =>
        new() { ErrorCode = code, ErrorMessage = message, RecordErrors = errors ?? [], MaxTimestamp = RecordBatch.NoTimestamp };
}
