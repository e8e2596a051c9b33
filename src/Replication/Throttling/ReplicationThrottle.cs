using Compat.Replication.Partitions;

namespace Compat.Replication.Throttling;

/// <summary>
/// What a broker may send to replicas that are copied slowly on purpose, and what it may fetch for them: those that topics name in
/// leader.replication.throttled.replicas and follower.replication.throttled.replicas. Replicas in sync are never held back, or they would leave
/// the in-sync set.
/// </summary>
/// <param name="brokerId">node.id of this broker.</param>
/// <param name="leader">leader.replication.throttled.rate.</param>
/// <param name="follower">follower.replication.throttled.rate.</param>
public sealed class ReplicationThrottle(int brokerId, ReplicationQuota leader, ReplicationQuota follower)
{
    /// <summary>What this broker may send.</summary>
    public ReplicationQuota Leader => leader;

    /// <summary>What this broker may fetch.</summary>
    public ReplicationQuota Follower => follower;

    /// <summary>Whether a follower is to get nothing of a partition until the quota allows more.</summary>
    public bool HoldsFollower(Partition partition, int followerId) =>
        IsLeaderThrottled(partition) && !partition.InSyncReplicas.Contains(followerId) && leader.IsExceeded;

    /// <summary>Whether this broker is to fetch nothing of a partition that it follows until the quota allows more.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="highWatermark">What the leader said last is committed: whoever has that much is in sync.</param>
    public bool HoldsFetch(Partition partition, long highWatermark) =>
        IsFollowerThrottled(partition) && partition.Log.LogEndOffset < highWatermark && follower.IsExceeded;

    /// <summary>Counts what was sent to a follower.</summary>
    public void CountSent(Partition partition, long bytes)
    {
        if (IsLeaderThrottled(partition))
        {
            leader.Record(bytes);
        }
    }

    /// <summary>Counts what was fetched.</summary>
    public void CountFetched(Partition partition, long bytes)
    {
        if (IsFollowerThrottled(partition))
        {
            follower.Record(bytes);
        }
    }

    private bool IsLeaderThrottled(Partition partition) => partition.Log.Config.LeaderThrottledReplicas.Contains(partition.TopicPartition.Partition, brokerId);

    private bool IsFollowerThrottled(Partition partition) => partition.Log.Config.FollowerThrottledReplicas.Contains(partition.TopicPartition.Partition, brokerId);
}
