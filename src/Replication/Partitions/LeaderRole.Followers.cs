using System.Collections.Immutable;
using Compat.Log;
using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>What the leader does by its followers' fetches: who is in sync.</summary>
internal sealed partial class LeaderRole
{
    /// <summary>Whether a broker is one of the replicas.</summary>
    public bool HasFollower(int brokerId)
    {
        lock (_lock)
        {
            return Find(brokerId) is not null;
        }
    }

    /// <summary>
    /// Notes a fetch, moves the high watermark by it, and finds out whether the follower can join the ISR.
    /// NOT_LEADER_OR_FOLLOWER if the broker is no replica, or if its process has been replaced by another (KIP-903).
    /// </summary>
    /// <param name="partition">The partition, for the proposal.</param>
    /// <param name="fetch">The fetch.</param>
    /// <param name="leaderEndOffset">The end of the log when the fetch was read.</param>
    /// <param name="hasMoved">Whether the high watermark or the low watermark may have moved.</param>
    /// <param name="proposal">The change to be asked for once no lock is held; null for none.</param>
    public ErrorCode OnFetch(Partition partition, in FollowerFetch fetch, long leaderEndOffset, out bool hasMoved, out IsrProposal? proposal)
    {
        lock (_lock)
        {
            hasMoved = false;
            proposal = null;
            FollowerProgress? follower = Find(fetch.ReplicaId);
            if (follower is null || (fetch.ReplicaEpoch != -1 && fetch.ReplicaEpoch < _environment.BrokerEpochOf(fetch.ReplicaId)))
            {
                return ErrorCode.NotLeaderOrFollower;
            }
            bool hasDeleted = follower.LogStartOffset != fetch.LogStartOffset;
            follower.OnFetch(fetch, leaderEndOffset);
            hasMoved = AdvanceLocked(partition.Log) | hasDeleted;
            if (!_isr.IsPending && !_isr.Committed.Contains(fetch.ReplicaId) && MayJoin(follower, partition.Log))
            {
                proposal = Propose(partition, _isr.Committed.Add(fetch.ReplicaId));
            }
            return ErrorCode.None;
        }
    }

    /// <summary>The change that takes those out of the ISR who have not caught up for too long; null if there are none.</summary>
    public IsrProposal? FindLaggards(Partition partition)
    {
        lock (_lock)
        {
            if (_isr.IsPending || _isr.Committed.Length <= 1)
            {
                return null;
            }
            long end = partition.Log.LogEndOffset;
            long now = _environment.NowMs;
            ImmutableArray<int> inTime = _isr.Committed.RemoveAll(id => id != _environment.BrokerId
                && !(Find(id)?.IsCaughtUp(end, now, _environment.ReplicaLagTimeMaxMs) ?? false));
            return inTime.Length == _isr.Committed.Length ? null : Propose(partition, inTime);
        }
    }

    /// <summary>Takes the controller's answer to a proposal over; true if the proposal is to be sent again.</summary>
    public bool OnIsrAnswer(IsrProposal proposal, in IsrAnswer answer)
    {
        lock (_lock)
        {
            if (!_isr.IsPending || proposal.PartitionEpoch != _isr.PartitionEpoch)
            {
                // The image was faster.
                return false;
            }
            switch (answer.ErrorCode)
            {
                case ErrorCode.None:
                    if (answer.LeaderEpoch == Registration.LeaderEpoch && answer.PartitionEpoch >= _isr.PartitionEpoch)
                    {
                        _isr = new IsrState(answer.Isr, answer.PartitionEpoch);
                    }
                    return false;
                case ErrorCode.OperationNotAttempted or ErrorCode.IneligibleReplica:
                    // Certainly not carried out.
                    _isr = _isr.Withdraw();
                    return false;
                case ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId or ErrorCode.FencedLeaderEpoch
                    or ErrorCode.InvalidUpdateVersion or ErrorCode.InvalidRequest or ErrorCode.NewLeaderElected:
                    // The controller knows something newer, which the image will tell; until then both sets count.
                    return false;
                default:
                    return true;
            }
        }
    }

    /// <summary>The followers in sync that can answer a read of an offset, for a client that is near to one of them (KIP-392).</summary>
    public IReadOnlyList<(int BrokerId, long LogEndOffset, long LastCaughtUpMs)> ReadableFollowers(long offset)
    {
        lock (_lock)
        {
            return
            [
                .. _followers
                    .Where(each => _isr.Committed.Contains(each.BrokerId) && each.LogEndOffset >= offset && each.LogStartOffset <= offset)
                    .Select(each => (each.BrokerId, each.LogEndOffset, each.LastCaughtUpMs)),
            ];
        }
    }

    /// <summary>The lowest log start of the leader and of all followers that are alive: what is below is deleted everywhere (KIP-107).</summary>
    public long LowWatermark(PartitionLog log)
    {
        lock (_lock)
        {
            return _followers
                .Where(follower => _environment.Cluster.IsActive(follower.BrokerId))
                .Aggregate(log.LogStartOffset, (lowest, follower) => Math.Min(lowest, follower.LogStartOffset));
        }
    }

    /// <summary>
    /// A follower is in sync when it has everything that is committed, and has reached this leader's epoch: before that, the
    /// high watermark may be older than what the leader before has acknowledged.
    /// </summary>
    private bool MayJoin(FollowerProgress follower, PartitionLog log) =>
        _hasSettled
        && follower.LogEndOffset >= log.HighWatermark
        && follower.LogEndOffset >= StartOffset
        && _environment.MayJoinIsr(follower.BrokerId, follower.BrokerEpoch);

    private IsrProposal Propose(Partition partition, ImmutableArray<int> isr)
    {
        _isr = _isr.Propose(isr);
        return new IsrProposal(partition, [.. isr.Select(MemberOf)], Registration.LeaderEpoch, _isr.PartitionEpoch);
    }

    private IsrMember MemberOf(int brokerId) => new(
        brokerId, Find(brokerId) is { BrokerEpoch: >= 0 } follower ? follower.BrokerEpoch : _environment.BrokerEpochOf(brokerId));

    private FollowerProgress? Find(int brokerId) => Array.Find(_followers, follower => follower.BrokerId == brokerId);
}
