using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Following;

/// <summary>A partition by which answers find it.</summary>
internal readonly record struct FollowedKey(Uuid TopicId, int Partition);

/// <summary>
/// One partition of a fetcher, in one leader epoch: what its leader was last asked for, and whether it may be asked again.
/// Where to fetch from is the end of its log, which nobody else moves. Guarded by the fetcher's lock.
/// </summary>
internal sealed class FollowedPartition
{
    private FetchPosition _sent;

    public FollowedPartition(Partition partition, int leaderEpoch)
    {
        Partition = partition;
        LeaderEpoch = leaderEpoch;
    }

    public Partition Partition { get; }

    /// <summary>The epoch in which the leader is asked.</summary>
    public int LeaderEpoch { get; }

    public FollowedKey Key => new(Partition.TopicId, Partition.TopicPartition.Partition);

    /// <summary>Whether the leader knows the partition as part of the session.</summary>
    public bool IsInSession { get; set; }

    /// <summary>After an error: when it may be fetched again, ms of the monotonic clock.</summary>
    public long? ReadyAtMs { get; set; }

    /// <summary>What the leader said last is committed, -1 while it has said nothing.</summary>
    public long LeaderHighWatermark { get; set; } = -1;

    /// <summary>How many errors there were since it was last fetched.</summary>
    public int Failures { get; set; }

    /// <summary>Whether its leader has refused its offset, so that the leader's offsets have to be found first.</summary>
    public bool IsOutOfRange { get; set; }

    /// <summary>Whether it can be asked for at present.</summary>
    public bool IsReady => ReadyAtMs is null && !IsOutOfRange;

    /// <summary>Whether an answer to what was last asked still fits the log.</summary>
    public bool IsAwaiting => IsInSession && IsReady && _sent.Offset == Partition.Log.LogEndOffset;

    /// <summary>Whether the leader would have to be told something new.</summary>
    public bool HasMoved => !IsInSession || _sent != Position;

    private FetchPosition Position => new(Partition.Log.LogEndOffset, Partition.Log.LatestEpoch, Partition.Log.LogStartOffset);

    /// <summary>The request for what comes next.</summary>
    public FetchRequest.FetchPartition Ask(int maxBytes)
    {
        _sent = Position;
        IsInSession = true;
        return new FetchRequest.FetchPartition
        {
            Partition = Partition.TopicPartition.Partition,
            CurrentLeaderEpoch = LeaderEpoch,
            FetchOffset = _sent.Offset,
            LastFetchedEpoch = _sent.LastEpoch,
            LogStartOffset = _sent.LogStartOffset,
            PartitionMaxBytes = maxBytes,
        };
    }

    private readonly record struct FetchPosition(long Offset, int LastEpoch, long LogStartOffset);
}
