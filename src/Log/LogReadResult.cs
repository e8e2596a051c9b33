using Compat.Log.Segments;
using Compat.Wire;

namespace Compat.Log;

/// <summary>
/// What a read found. The records are read from their file when the answer is encoded; the file stays open until then, so
/// a result whose records are not encoded is to be disposed.
/// </summary>
public readonly struct LogReadResult : IDisposable
{
    /// <summary>None, OffsetOutOfRange, or KafkaStorageError.</summary>
    public ErrorCode ErrorCode { get; init; }

    /// <summary>Whole batches, the first of which holds the offset asked for or comes after it; the last may be cut off. Empty, not null, when there are none.</summary>
    public RecordsPayload Records { get; init; }

    /// <summary>The high watermark when the log was read.</summary>
    public long HighWatermark { get; init; }

    /// <summary>The last stable offset when the log was read.</summary>
    public long LastStableOffset { get; init; }

    /// <summary>The log start offset when the log was read.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>The log end offset when the log was read.</summary>
    public long LogEndOffset { get; init; }

    /// <summary>The aborted transactions among the records; null unless only committed ones were asked for.</summary>
    public IReadOnlyList<AbortedTransaction>? AbortedTransactions { get; init; }

    /// <summary>Gives up the records without having encoded them. Harmless afterwards and when repeated.</summary>
    public void Dispose() => (Records.Source as IDisposable)?.Dispose();
}
