namespace Compat.Log;

/// <summary>Up to where a reader may see a log.</summary>
public enum FetchIsolation
{
    /// <summary>Everything that was appended: for followers and for replaying one's own log.</summary>
    LogEnd,

    /// <summary>What cannot be lost any more: <c>read_uncommitted</c>.</summary>
    HighWatermark,

    /// <summary>What cannot be lost and belongs to no open transaction: <c>read_committed</c>.</summary>
    TransactionCommitted,
}
