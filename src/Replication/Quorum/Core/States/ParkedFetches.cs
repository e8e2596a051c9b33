namespace Compat.Replication.Quorum.Core;

/// <summary>A fetch that waits for news.</summary>
/// <param name="Token">Which request.</param>
/// <param name="Request">The request.</param>
/// <param name="DeadlineMs">When it is answered without any.</param>
internal readonly record struct ParkedFetch(long Token, FetchLogRequest Request, long DeadlineMs);

/// <summary>The fetches that wait for news: a few, one a replica.</summary>
internal sealed class ParkedFetches
{
    private List<ParkedFetch> _fetches = [];

    /// <summary>When the first one is due.</summary>
    public long DeadlineMs => _fetches.Count == 0 ? long.MaxValue : _fetches.Min(fetch => fetch.DeadlineMs);

    public void Add(ParkedFetch fetch) => _fetches.Add(fetch);

    public List<ParkedFetch> TakeAll()
    {
        (List<ParkedFetch> taken, _fetches) = (_fetches, []);
        return taken;
    }

    public List<ParkedFetch> TakeExpired(long nowMs)
    {
        if (DeadlineMs > nowMs)
        {
            return [];
        }
        List<ParkedFetch> taken = [.. _fetches.Where(fetch => fetch.DeadlineMs <= nowMs)];
        _fetches.RemoveAll(fetch => fetch.DeadlineMs <= nowMs);
        return taken;
    }
}
