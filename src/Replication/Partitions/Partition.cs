using System.Collections.Immutable;
using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>
/// This broker's replica of a partition: its log and its role. Safe for any number of threads; work of a role runs beside
/// other work as far as the log lets it, and a change of role waits until none is under way.
/// </summary>
public sealed partial class Partition
{
    private const int NoLeaderEpoch = -1;

    private readonly PartitionWaiters _waiters = new();
    private readonly PartitionEnvironment _environment;
    private volatile PartitionRole _role;
    private volatile bool _isDeleted;
    private int _workUnderWay;

    internal Partition(PartitionLog log, Uuid topicId, PartitionRegistration registration, PartitionEnvironment environment)
    {
        Log = log;
        TopicId = topicId;
        _environment = environment;
        _role = new FollowerRole(registration);
        log.OnFlushed = OnFlushed;
    }

    /// <summary>Topic and index.</summary>
    public TopicPartition TopicPartition => Log.TopicPartition;

    /// <summary>The topic's id.</summary>
    public Uuid TopicId { get; }

    /// <summary>The log. Appending is done by the partition, because only it knows who leads.</summary>
    public PartitionLog Log { get; }

    /// <summary>What was done to the partition since it was opened.</summary>
    public PartitionCounters Counters { get; } = new();

    /// <summary>True if this broker leads.</summary>
    public bool IsLeader => _role is LeaderRole;

    /// <summary>
    /// True if this broker knows that it leads: one that was paused or cut off may have a successor, and then does not know where the log ends.
    /// </summary>
    public bool IsSureToLead => _role is LeaderRole { IsSure: true };

    /// <summary>The broker that leads, -1 if none does.</summary>
    public int LeaderId => _role.Registration.Leader;

    /// <summary>The epoch in which it leads.</summary>
    public int LeaderEpoch => _role.Registration.LeaderEpoch;

    /// <summary>What the cluster has agreed on for the partition, as far as this broker has followed.</summary>
    public PartitionRegistration Registration => _role.Registration;

    /// <summary>The replicas in sync; the leader knows first.</summary>
    public ImmutableArray<int> InSyncReplicas => _role is LeaderRole leader ? leader.Isr.Committed : _role.Registration.Isr;

    /// <summary>The offset below which everything is committed.</summary>
    public long HighWatermark => Log.HighWatermark;

    /// <summary>
    /// The high watermark while this broker leads in an epoch, -1 once it does not: what is committed from then on may be
    /// other records at the same offsets.
    /// </summary>
    public long HighWatermarkIn(int leaderEpoch)
    {
        PartitionRole role = _role;
        long highWatermark = HighWatermark;
        return role is LeaderRole && role.Registration.LeaderEpoch == leaderEpoch && ReferenceEquals(role, _role) ? highWatermark : -1;
    }

    /// <summary>
    /// True while a new leader does not know yet what the leader before it has committed: its high watermark is below the
    /// start of its own epoch, and offsets that clients ask for would go back.
    /// </summary>
    public bool IsHighWatermarkStale => _role is LeaderRole leader && leader.StartOffset > HighWatermark;

    /// <summary>True once the partition was deleted from this broker.</summary>
    public bool IsDeleted => _isDeleted;

    /// <summary>
    /// Checks the leader epoch that a request names: FENCED_LEADER_EPOCH if it is older than this broker's,
    /// UNKNOWN_LEADER_EPOCH if it is newer, none if it is the same or none was named (-1).
    /// </summary>
    public ErrorCode CheckLeaderEpoch(int epoch)
    {
        int current = LeaderEpoch;
        return epoch == NoLeaderEpoch || epoch == current
            ? ErrorCode.None
            : epoch < current ? ErrorCode.FencedLeaderEpoch : ErrorCode.UnknownLeaderEpoch;
    }

    /// <summary>
    /// Appends batches, which are patched in place. NOT_LEADER_OR_FOLLOWER if this broker does not lead,
    /// NOT_ENOUGH_REPLICAS if all replicas in sync are asked for and those are fewer than min.insync.replicas.
    /// </summary>
    /// <param name="batches">One batch of a client, or several of a coordinator.</param>
    /// <param name="requiredAcks">0, 1, or -1 for all replicas in sync.</param>
    /// <param name="origin">Who appends.</param>
    /// <param name="leaderEpoch">The only epoch in which to append; -1 for whichever it is.</param>
    public AppendResult AppendAsLeader(Memory<byte> batches, short requiredAcks, AppendOrigin origin, int leaderEpoch = NoLeaderEpoch)
    {
        AppendResult result;
        using (BeginWork())
        {
            PartitionRole role = _role;
            result = leaderEpoch == NoLeaderEpoch || leaderEpoch == role.Registration.LeaderEpoch
                ? role.Append(Log, batches, requiredAcks, origin)
                : PartitionRole.NotLeading(Log);
            if (result.ErrorCode != ErrorCode.None)
            {
                Counters.CountFailedAppend();
                return result;
            }
            Counters.CountAppend(result.IsDuplicate ? 0 : result.LastOffset - result.FirstOffset + 1, result.IsDuplicate ? 0 : batches.Length);
            role.AdvanceHighWatermark(Log);
        }
        _waiters.Notify(this);
        return result;
    }

    /// <summary>Reads whole batches from an offset on; the result is to be disposed if its records are not encoded.</summary>
    /// <param name="offset">The first offset wanted.</param>
    /// <param name="maxBytes">How much is wanted.</param>
    /// <param name="isolation">Up to where to read.</param>
    /// <param name="minOneBatch">True if the first batch is wanted even if it is larger.</param>
    public LogReadResult Read(long offset, int maxBytes, FetchIsolation isolation, bool minOneBatch) =>
        Log.Read(offset, maxBytes, isolation, minOneBatch);

    /// <summary>
    /// Waits until everything below an offset is committed. REQUEST_TIMED_OUT if that takes too long,
    /// NOT_LEADER_OR_FOLLOWER if this broker stops leading, NOT_ENOUGH_REPLICAS_AFTER_APPEND if too few are in sync then.
    /// </summary>
    /// <param name="offset">The offset after the last record waited for.</param>
    /// <param name="leaderEpoch">The epoch in which it was appended.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    public ValueTask<ErrorCode> WaitUntilCommittedAsync(long offset, int leaderEpoch, TimeSpan timeout, CancellationToken cancellation = default) =>
        WaitAsync(offset, leaderEpoch, isForAll: true, timeout, cancellation);

    /// <summary>
    /// Waits until everything below an offset may be acknowledged as far as this replica alone goes: until it is flushed,
    /// if <c>flush.messages</c> asks for that. KAFKA_STORAGE_ERROR if the flush fails, REQUEST_TIMED_OUT if it takes too long.
    /// </summary>
    /// <param name="offset">The offset after the last record waited for.</param>
    /// <param name="leaderEpoch">The epoch in which it was appended.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    public ValueTask<ErrorCode> WaitUntilFlushedAsync(long offset, int leaderEpoch, TimeSpan timeout, CancellationToken cancellation = default) =>
        WaitAsync(offset, leaderEpoch, isForAll: false, timeout, cancellation);

    /// <summary>Has a waiter called at every change until it is removed. Look at the partition after adding, not before.</summary>
    public void AddWaiter(IPartitionWaiter waiter) => _waiters.Add(waiter);

    /// <summary>Removes a waiter.</summary>
    public void RemoveWaiter(IPartitionWaiter waiter) => _waiters.Remove(waiter);

    /// <summary>Follows what the cluster has agreed on; true if this broker leads in a new epoch.</summary>
    internal bool Follow(PartitionRegistration registration)
    {
        bool leads = registration.Leader == _environment.BrokerId;
        if (leads && _role is LeaderRole leader && leader.Registration.LeaderEpoch == registration.LeaderEpoch)
        {
            FollowAsLeader(leader, registration);
            return false;
        }
        ChangeRole(registration, leads);
        return leads;
    }

    /// <summary>Stops for good: the topic is deleted.</summary>
    internal void MarkDeleted()
    {
        _isDeleted = true;
        ChangeRole(Registration, leads: false);
    }

    /// <summary>Looks whether what is committed has moved without an append, and tells who waits.</summary>
    internal void NotifyWaiters() => _waiters.Notify(this);

    /// <summary>What became of records of an epoch, once that is known.</summary>
    /// <param name="offset">The offset after the last of them.</param>
    /// <param name="leaderEpoch">The epoch.</param>
    /// <param name="isForAll">Whether all replicas in sync have to have them, or only this one's device, where flush.messages promises that.</param>
    internal ErrorCode? FindOutcome(long offset, int leaderEpoch, bool isForAll = true)
    {
        // The role before the offsets: one that has ended leaves them to the next leader's log.
        PartitionRole role = _role;
        long reached = isForAll ? HighWatermark : Log.AcknowledgeableOffset;
        if (role is not LeaderRole || role.Registration.LeaderEpoch != leaderEpoch || !ReferenceEquals(role, _role))
        {
            return ErrorCode.NotLeaderOrFollower;
        }
        if (reached >= offset)
        {
            return isForAll ? role.CheckCommitted(Log) : ErrorCode.None;
        }
        return Log.IsFailed || Log.IsFlushRefused ? ErrorCode.KafkaStorageError : null;
    }

    private ValueTask<ErrorCode> WaitAsync(long offset, int leaderEpoch, bool isForAll, TimeSpan timeout, CancellationToken cancellation) =>
        FindOutcome(offset, leaderEpoch, isForAll) is { } outcome
            ? new ValueTask<ErrorCode>(outcome)
            : new PartitionWait(this, partition => partition.FindOutcome(offset, leaderEpoch, isForAll)).WaitAsync(timeout, _environment.Time, cancellation);

    // What waited for the device may be committed now.
    private void OnFlushed()
    {
        using (BeginWork())
        {
            _role.AdvanceHighWatermark(Log);
        }
        _waiters.Notify(this);
    }

    private void FollowAsLeader(LeaderRole leader, PartitionRegistration registration)
    {
        leader.Follow(registration);
        WaitForWork();
        leader.Settle();
        leader.AdvanceHighWatermark(Log);
        _waiters.Notify(this);
    }

    private void ChangeRole(PartitionRegistration registration, bool leads)
    {
        // Nothing of the former role may follow the start of the new one.
        _role = new FollowerRole(registration);
        WaitForWork();
        if (leads)
        {
            Log.AssignEpoch(registration.LeaderEpoch);
            var leader = new LeaderRole(registration, _environment, Log.LogEndOffset);
            leader.AdvanceHighWatermark(Log);
            _role = leader;
        }
        _waiters.Notify(this);
    }

    private Work BeginWork() => new(this);

    private void WaitForWork()
    {
        // An append takes microseconds; there is no cheaper wait than looking again.
        Interlocked.MemoryBarrier();
        var spin = default(SpinWait);
        while (Volatile.Read(ref _workUnderWay) != 0)
        {
            spin.SpinOnce();
        }
    }

    /// <summary>A piece of work of a role, which is looked up within it.</summary>
    private readonly ref struct Work
    {
        private readonly Partition _partition;

        public Work(Partition partition)
        {
            _partition = partition;
            Interlocked.Increment(ref partition._workUnderWay);
        }

        public void Dispose() => Interlocked.Decrement(ref _partition._workUnderWay);
    }
}
