namespace Compat.Log.Producers;

/// <summary>
/// The transactions of a partition that hold back the last stable offset: the open ones, and the ended ones whose marker
/// lies at or above the high watermark. Both by first offset, which is unique.
/// </summary>
internal sealed class OpenTransactions
{
    // Most partitions never see a transaction.
    private SortedList<long, long>? _openProducers;
    private SortedList<long, long>? _endedMarkers;

    /// <summary>The first offset of the earliest transaction here, or -1.</summary>
    public long FirstUnstableOffset
    {
        get
        {
            long open = First(_openProducers);
            long ended = First(_endedMarkers);
            return open < 0 ? ended : ended < 0 ? open : Math.Min(open, ended);
        }
    }

    public void Begin(long producerId, long firstOffset) => (_openProducers ??= [])[firstOffset] = producerId;

    public void End(long firstOffset, long markerOffset)
    {
        _openProducers?.Remove(firstOffset);
        (_endedMarkers ??= [])[firstOffset] = markerOffset;
    }

    /// <summary>Forgets the ended transactions whose marker lies below an offset.</summary>
    public void Forget(long offset)
    {
        for (int index = (_endedMarkers?.Count ?? 0) - 1; index >= 0; index--)
        {
            if (_endedMarkers!.GetValueAtIndex(index) < offset)
            {
                _endedMarkers.RemoveAt(index);
            }
        }
    }

    /// <summary>The first offset of the earliest open transaction that is not this producer's, or null.</summary>
    public long? FirstOpenOffsetOfOthers(long producerId)
    {
        for (int index = 0; index < (_openProducers?.Count ?? 0); index++)
        {
            if (_openProducers!.GetValueAtIndex(index) != producerId)
            {
                return _openProducers.GetKeyAtIndex(index);
            }
        }

        return null;
    }

    public void Clear()
    {
        _openProducers = null;
        _endedMarkers = null;
    }

    private static long First(SortedList<long, long>? transactions) =>
        transactions is { Count: > 0 } ? transactions.GetKeyAtIndex(0) : -1;
}
