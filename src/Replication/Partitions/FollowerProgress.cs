namespace Compat.Replication.Partitions;

/// <summary>A fetch of a follower: it has everything before its offset.</summary>
/// <param name="ReplicaId">The follower.</param>
/// <param name="ReplicaEpoch">Its broker epoch (KIP-903), -1 if it named none.</param>
/// <param name="FetchOffset">The offset it fetches from.</param>
/// <param name="LogStartOffset">Where its log starts, -1 if it did not say.</param>
/// <param name="TimeMs">When the fetch arrived, ms of the monotonic clock.</param>
public readonly record struct FollowerFetch(int ReplicaId, long ReplicaEpoch, long FetchOffset, long LogStartOffset, long TimeMs);

/// <summary>How far a follower is, as its leader knows from its fetches. Guarded by its leader's lock.</summary>
internal sealed class FollowerProgress
{
    private const long Unknown = -1;
    private const long Never = long.MinValue / 2;

    private long _lastFetchLeaderEndOffset = Unknown;
    private long _lastFetchTimeMs = Never;

    /// <summary>Nothing is known of a new follower but, if it is in sync, that it has time to prove it.</summary>
    public FollowerProgress(int brokerId, bool isInSync, long nowMs)
    {
        BrokerId = brokerId;
        LastCaughtUpMs = isInSync ? nowMs : Never;
    }

    public int BrokerId { get; }

    /// <summary>The end of its log, -1 while not known.</summary>
    public long LogEndOffset { get; private set; } = Unknown;

    /// <summary>The start of its log, -1 while not known.</summary>
    public long LogStartOffset { get; private set; } = Unknown;

    /// <summary>The broker epoch that it fetched with, -1 while not known.</summary>
    public long BrokerEpoch { get; private set; } = Unknown;

    /// <summary>When it last fetched, ms of the monotonic clock.</summary>
    public long LastFetchMs => _lastFetchTimeMs;

    /// <summary>The last time at which it had everything that the leader had, ms of the monotonic clock.</summary>
    public long LastCaughtUpMs { get; private set; }

    /// <summary>
    /// Notes a fetch. The follower had caught up when it asks for what is after the leader's end now, or for what was
    /// after it at the fetch before: then it had at that time.
    /// </summary>
    public void OnFetch(in FollowerFetch fetch, long leaderEndOffset)
    {
        if (fetch.FetchOffset >= leaderEndOffset)
        {
            LastCaughtUpMs = Math.Max(LastCaughtUpMs, fetch.TimeMs);
        }
        else if (fetch.FetchOffset >= _lastFetchLeaderEndOffset)
        {
            LastCaughtUpMs = Math.Max(LastCaughtUpMs, _lastFetchTimeMs);
        }
        LogEndOffset = fetch.FetchOffset;
        LogStartOffset = fetch.LogStartOffset;
        BrokerEpoch = fetch.ReplicaEpoch;
        _lastFetchLeaderEndOffset = leaderEndOffset;
        _lastFetchTimeMs = fetch.TimeMs;
    }

    /// <summary>Whether it has everything, or had it not long ago.</summary>
    public bool IsCaughtUp(long leaderEndOffset, long nowMs, long maxLagMs) =>
        LogEndOffset == leaderEndOffset || nowMs - LastCaughtUpMs <= maxLagMs;
}
