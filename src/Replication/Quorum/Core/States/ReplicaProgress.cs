namespace Compat.Replication.Quorum.Core;

/// <summary>How far a replica has got, as the leader knows it.</summary>
internal sealed class ReplicaProgress
{
    private long _leaderEndAtLastFetch = -1;
    private long _lastFetchUnixMs = -1;

    public ReplicaProgress(ReplicaKey key) => Key = key;

    public ReplicaKey Key { get; set; }

    /// <summary>The end of its log, all of it on its disk if it votes; -1 if unknown.</summary>
    public long EndOffset { get; set; } = -1;

    /// <summary>When it last fetched, by <see cref="Moment.ElapsedMs"/>; null if never in this epoch.</summary>
    public long? LastFetchMs { get; private set; }

    /// <summary>When it last fetched, Unix milliseconds; -1 if never.</summary>
    public long LastFetchUnixMs => _lastFetchUnixMs;

    /// <summary>When it last had all that the leader had, Unix milliseconds; -1 if never.</summary>
    public long LastCaughtUpUnixMs { get; private set; } = -1;

    /// <summary>Notes a fetch. Who fetches from where the leader's log ended at its fetch before was caught up then.</summary>
    public void OnFetch(long offset, long leaderEndOffset, Moment now)
    {
        if (offset >= leaderEndOffset)
        {
            LastCaughtUpUnixMs = Math.Max(now.UnixMs, LastCaughtUpUnixMs);
        }
        else if (_leaderEndAtLastFetch >= 0 && offset >= _leaderEndAtLastFetch)
        {
            LastCaughtUpUnixMs = Math.Max(_lastFetchUnixMs, LastCaughtUpUnixMs);
        }
        EndOffset = offset;
        _lastFetchUnixMs = Math.Max(now.UnixMs, _lastFetchUnixMs);
        LastFetchMs = now.ElapsedMs;
        _leaderEndAtLastFetch = leaderEndOffset;
    }

    /// <summary>Notes that it is heard of, as by a piece of a snapshot.</summary>
    public void OnHeard(Moment now) => LastFetchMs = now.ElapsedMs;
}
