using System.Collections.Immutable;
using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>
/// This broker leads: it knows how far its followers are and which of them are in sync. Its lock makes one step of each
/// look at the in-sync set and what is done by it; with nobody following there is nothing to lock.
/// </summary>
internal sealed partial class LeaderRole : PartitionRole
{
    private const short AllInSync = -1;

    private readonly Lock _lock = new();
    private readonly PartitionEnvironment _environment;
    private volatile FollowerProgress[] _followers;
    private volatile IsrState _isr;
    private bool _hasSettled = true;

    public LeaderRole(PartitionRegistration registration, PartitionEnvironment environment, long startOffset)
        : base(registration)
    {
        _environment = environment;
        StartOffset = startOffset;
        _isr = new IsrState(registration.Isr, registration.PartitionEpoch);
        _followers = FollowersOf(registration, []);
    }

    /// <summary>Where the log ended when this broker became the leader: the first offset of its epoch.</summary>
    public long StartOffset { get; }

    /// <summary>The replicas in sync.</summary>
    public IsrState Isr => _isr;

    public override AppendResult Append(PartitionLog log, Memory<byte> batches, short requiredAcks, AppendOrigin origin)
    {
        if (requiredAcks == AllInSync && _isr.MinimalCount is int inSync && inSync < MinIsr(log))
        {
            return Failed(
                log,
                ErrorCode.NotEnoughReplicas,
                $"The size of the current ISR {inSync} is insufficient to satisfy the min.isr requirement of "
                    + $"{MinIsr(log)} for partition {log.TopicPartition}");
        }
        int leaderEpoch = Registration.LeaderEpoch;
        AppendResult result = log.AppendAsLeader(batches, leaderEpoch, origin) with { LeaderEpoch = leaderEpoch };
        return result.ErrorCode == ErrorCode.OutOfOrderSequenceNumber && !IsSure ? NotLeading(log) : result;
    }

    /// <summary>
    /// Whether this broker knows that it leads: a follower in sync has fetched of late, or there is none. One that was paused or cut off
    /// may have a successor, whose records it does not have. What it appends meanwhile is never committed, but clients end for good when
    /// they are told that records are missing.
    /// </summary>
    public bool IsSure
    {
        get
        {
            lock (_lock)
            {
                long since = _environment.NowMs - _environment.SureForMs;
                return _isr.Committed.Length == 1 || Array.Exists(_followers, follower => follower.LastFetchMs >= since && _isr.Committed.Contains(follower.BrokerId));
            }
        }
    }

    public override bool AdvanceHighWatermark(PartitionLog log)
    {
        if (_followers.Length == 0)
        {
            return log.AdvanceHighWatermark(log.LogEndOffset);
        }
        lock (_lock)
        {
            return AdvanceLocked(log);
        }
    }

    public override ErrorCode CheckCommitted(PartitionLog log) =>
        _isr.Committed.Length < MinIsr(log) ? ErrorCode.NotEnoughReplicasAfterAppend : ErrorCode.None;

    /// <summary>Follows a change of the replicas or of the in-sync set within the same leader epoch.</summary>
    public void Follow(PartitionRegistration registration)
    {
        lock (_lock)
        {
            // The controller's answer to our own proposal may have been here before the image.
            if (registration.PartitionEpoch < _isr.PartitionEpoch)
            {
                return;
            }
            if (registration.PartitionEpoch > _isr.PartitionEpoch)
            {
                _isr = new IsrState(registration.Isr, registration.PartitionEpoch);
            }
            _hasSettled &= _followers.Length > 0;
            _followers = FollowersOf(registration, _followers);
            Registration = registration;
        }
    }

    /// <summary>
    /// Lets followers join the ISR again. While nobody followed, appends moved the high watermark without a look at the
    /// followers; none of those may be under way any more.
    /// </summary>
    public void Settle()
    {
        lock (_lock)
        {
            _hasSettled = true;
        }
    }

    /// <summary>
    /// Whether the replicas of a partition that is under min.insync.replicas move the high watermark: they do not, because
    /// a replica that is elected without having been in such a set must have everything below it (KIP-966).
    /// </summary>
    private bool AdvanceLocked(PartitionLog log)
    {
        if (_isr.Committed.Length < MinIsr(log))
        {
            return false;
        }
        long end = log.LogEndOffset;
        long offset = end;
        long now = _environment.NowMs;
        foreach (FollowerProgress follower in _followers)
        {
            if (follower.LogEndOffset < offset && (_isr.MaximalContains(follower.BrokerId) || IsAboutToJoin(follower, end, now)))
            {
                offset = follower.LogEndOffset;
            }
        }
        return log.AdvanceHighWatermark(offset);
    }

    /// <summary>A follower that keeps up is waited for before it is in sync; it would never reach a high watermark that runs ahead of it.</summary>
    private bool IsAboutToJoin(FollowerProgress follower, long leaderEndOffset, long nowMs) =>
        follower.IsCaughtUp(leaderEndOffset, nowMs, _environment.ReplicaLagTimeMaxMs)
        && _environment.MayJoinIsr(follower.BrokerId, follower.BrokerEpoch);

    // A topic with fewer replicas than it asks to be in sync would never be writable.
    private int MinIsr(PartitionLog log) => Math.Min(log.Config.MinInsyncReplicas, Registration.Replicas.Length);

    private FollowerProgress[] FollowersOf(PartitionRegistration registration, FollowerProgress[] known)
    {
        ImmutableArray<int> replicas = registration.Replicas;
        if (replicas.Length == 1 && replicas[0] == _environment.BrokerId)
        {
            return [];
        }
        long now = _environment.NowMs;
        return
        [
            .. replicas
                .Where(id => id != _environment.BrokerId)
                .Select(id => Array.Find(known, follower => follower.BrokerId == id)
                    ?? new FollowerProgress(id, registration.Isr.Contains(id), now)),
        ];
    }
}
