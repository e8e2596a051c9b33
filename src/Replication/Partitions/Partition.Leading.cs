using Compat.Log.Epochs;
using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>What a leader does for its followers.</summary>
public sealed partial class Partition
{
    /// <summary>Milliseconds of the monotonic clock by which fetches are timed.</summary>
    public long NowMs => _environment.NowMs;

    /// <summary>
    /// Whether a broker may fetch as a follower. NOT_LEADER_OR_FOLLOWER if this broker does not lead; a broker that is no
    /// replica as far as this one knows gets UNKNOWN_LEADER_EPOCH if it named the right epoch, because a reassignment may
    /// have reached it first, and NOT_LEADER_OR_FOLLOWER if it named none.
    /// </summary>
    public ErrorCode CheckFollower(int replicaId, int leaderEpoch)
    {
        if (_role is not LeaderRole leader)
        {
            return ErrorCode.NotLeaderOrFollower;
        }
        return leader.HasFollower(replicaId) ? ErrorCode.None
            : leaderEpoch == NoLeaderEpoch ? ErrorCode.NotLeaderOrFollower : ErrorCode.UnknownLeaderEpoch;
    }

    /// <summary>
    /// Whether the reader has records that this log never had (KIP-595): where the records of its last epoch, or of the
    /// greatest one before it that is known here, end. Null if it has none; OFFSET_OUT_OF_RANGE if that cannot be told.
    /// </summary>
    /// <param name="fetchOffset">Where the reader reads on.</param>
    /// <param name="lastFetchedEpoch">The epoch of the record before that, -1 if the reader does not say.</param>
    public (ErrorCode ErrorCode, EpochEndOffset End)? FindDivergence(long fetchOffset, int lastFetchedEpoch)
    {
        if (lastFetchedEpoch < 0)
        {
            return null;
        }
        EpochEndOffset end = Log.EndOffsetForEpoch(lastFetchedEpoch);
        if (end.Epoch < 0 || end.EndOffset < 0 || fetchOffset < Log.LogStartOffset)
        {
            return (ErrorCode.OffsetOutOfRange, EpochEndOffset.Unknown);
        }
        return end.Epoch < lastFetchedEpoch || end.EndOffset < fetchOffset ? (ErrorCode.None, end) : null;
    }

    /// <summary>
    /// Notes that a follower has everything before the offset it fetched from, after that was read without an error. The
    /// high watermark may move by it, and the follower may join the ISR.
    /// </summary>
    /// <param name="fetch">The fetch.</param>
    /// <param name="leaderEndOffset">The end of the log when it was read.</param>
    public ErrorCode OnFollowerFetch(in FollowerFetch fetch, long leaderEndOffset)
    {
        ErrorCode code;
        bool hasMoved;
        IsrProposal? proposal;
        using (BeginWork())
        {
            if (_role is not LeaderRole leader)
            {
                return ErrorCode.NotLeaderOrFollower;
            }
            code = leader.OnFetch(this, fetch, leaderEndOffset, out hasMoved, out proposal);
        }
        if (hasMoved)
        {
            _waiters.Notify(this);
        }
        if (proposal is not null)
        {
            _environment.IsrChanges.Submit(proposal);
        }
        return code;
    }

    /// <summary>Has those leave the ISR who have not caught up for replica.lag.time.max.ms.</summary>
    public void RemoveLaggards()
    {
        if ((_role as LeaderRole)?.FindLaggards(this) is { } proposal)
        {
            _environment.IsrChanges.Submit(proposal);
        }
    }

    /// <summary>Takes over what the controller made of a proposal; true if it is to be sent again.</summary>
    public bool OnIsrAnswer(IsrProposal proposal, in IsrAnswer answer)
    {
        using (BeginWork())
        {
            if (_role is not LeaderRole leader || leader.Registration.LeaderEpoch != proposal.LeaderEpoch)
            {
                return false;
            }
            if (leader.OnIsrAnswer(proposal, answer))
            {
                return true;
            }
            leader.AdvanceHighWatermark(Log);
        }
        _waiters.Notify(this);
        return false;
    }

    /// <summary>The lowest log start of all replicas that are alive (KIP-107); that of the log if this broker does not lead.</summary>
    public long LowWatermark => (_role as LeaderRole)?.LowWatermark(Log) ?? Log.LogStartOffset;

    /// <summary>The followers in sync that can answer a read of an offset, with the end of their logs and when they last had everything.</summary>
    public IReadOnlyList<(int BrokerId, long LogEndOffset, long LastCaughtUpMs)> ReadableFollowers(long offset) =>
        (_role as LeaderRole)?.ReadableFollowers(offset) ?? [];

    /// <summary>Deletes what is below an offset, as a client asks for; -1 is the high watermark.</summary>
    public (ErrorCode ErrorCode, long LogStartOffset) DeleteRecordsBefore(long offset)
    {
        (ErrorCode, long) result;
        using (BeginWork())
        {
            if (_role is not LeaderRole)
            {
                return (ErrorCode.NotLeaderOrFollower, -1);
            }
            result = Log.DeleteRecordsBefore(offset);
        }
        // Followers learn the new start from their next answers.
        _waiters.Notify(this);
        return result;
    }

    /// <summary>
    /// Waits until what is below an offset is deleted from all replicas that are alive. REQUEST_TIMED_OUT if that takes too
    /// long, NOT_LEADER_OR_FOLLOWER if this broker stops leading.
    /// </summary>
    public ValueTask<ErrorCode> WaitUntilDeletedAsync(long offset, TimeSpan timeout, CancellationToken cancellation = default) =>
        new PartitionWait(this, partition => !partition.IsLeader ? ErrorCode.NotLeaderOrFollower : partition.LowWatermark >= offset ? ErrorCode.None : null)
            .WaitAsync(timeout, _environment.Time, cancellation);
}
