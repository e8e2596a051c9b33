using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>
/// This broker's replica of a partition: its log and its role. Safe for any number of threads; appends run beside each
/// other as far as the log lets them, and a change of role waits until none is under way.
/// </summary>
public sealed class Partition
{
    private const int NoLeaderEpoch = -1;

    private readonly PartitionWaiters _waiters = new();
    private readonly TimeProvider _time;
    private readonly int _brokerId;
    private volatile PartitionRole _role;
    private volatile bool _isDeleted;
    private int _appendsUnderWay;

    internal Partition(PartitionLog log, Uuid topicId, PartitionRegistration registration, int brokerId, TimeProvider time)
    {
        Log = log;
        TopicId = topicId;
        _brokerId = brokerId;
        _time = time;
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

    /// <summary>The broker that leads, -1 if none does.</summary>
    public int LeaderId => _role.Registration.Leader;

    /// <summary>The epoch in which it leads.</summary>
    public int LeaderEpoch => _role.Registration.LeaderEpoch;

    /// <summary>What the cluster has agreed on for the partition, as far as this broker has followed.</summary>
    public PartitionRegistration Registration => _role.Registration;

    /// <summary>The offset below which everything is committed.</summary>
    public long HighWatermark => Log.HighWatermark;

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
    public AppendResult AppendAsLeader(Memory<byte> batches, short requiredAcks, AppendOrigin origin)
    {
        AppendResult result;
        Interlocked.Increment(ref _appendsUnderWay);
        try
        {
            PartitionRole role = _role;
            result = role.Append(Log, batches, requiredAcks, origin);
            if (result.ErrorCode != ErrorCode.None)
            {
                Counters.CountFailedAppend();
                return result;
            }
            Counters.CountAppend(result.IsDuplicate ? 0 : result.LastOffset - result.FirstOffset + 1, result.IsDuplicate ? 0 : batches.Length);
            role.AdvanceHighWatermark(Log);
        }
        finally
        {
            Interlocked.Decrement(ref _appendsUnderWay);
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
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    public ValueTask<ErrorCode> WaitUntilCommittedAsync(long offset, TimeSpan timeout, CancellationToken cancellation = default)
    {
        PartitionRole role = _role;
        return HighWatermark >= offset
            ? new ValueTask<ErrorCode>(role.CheckCommitted(Log))
            : new CommitWait(this, LeaderEpoch, offset, isForAll: true).WaitAsync(timeout, _time, cancellation);
    }

    /// <summary>
    /// Waits until everything below an offset may be acknowledged as far as this replica alone goes: until it is flushed,
    /// if <c>flush.messages</c> asks for that. KAFKA_STORAGE_ERROR if the flush fails, REQUEST_TIMED_OUT if it takes too long.
    /// </summary>
    /// <param name="offset">The offset after the last record waited for.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    public ValueTask<ErrorCode> WaitUntilFlushedAsync(long offset, TimeSpan timeout, CancellationToken cancellation = default) =>
        Log.AcknowledgeableOffset >= offset
            ? new ValueTask<ErrorCode>(ErrorCode.None)
            : new CommitWait(this, LeaderEpoch, offset, isForAll: false).WaitAsync(timeout, _time, cancellation);

    /// <summary>Has a waiter called at every change until it is removed. Look at the partition after adding, not before.</summary>
    public void AddWaiter(IPartitionWaiter waiter) => _waiters.Add(waiter);

    /// <summary>Removes a waiter.</summary>
    public void RemoveWaiter(IPartitionWaiter waiter) => _waiters.Remove(waiter);

    /// <summary>Follows what the cluster has agreed on; true if this broker leads in a new epoch.</summary>
    internal bool Follow(PartitionRegistration registration)
    {
        bool leads = registration.Leader == _brokerId;
        bool isNewLeadership = leads && !(IsLeader && LeaderEpoch == registration.LeaderEpoch);
        ChangeRole(leads ? new LeaderRole(registration, _brokerId) : new FollowerRole(registration), isNewLeadership);
        return isNewLeadership;
    }

    /// <summary>Stops for good: the topic is deleted.</summary>
    internal void MarkDeleted()
    {
        _isDeleted = true;
        ChangeRole(new FollowerRole(Registration), isNewLeadership: false);
    }

    /// <summary>Looks whether what is committed has moved without an append, and tells who waits.</summary>
    internal void NotifyWaiters() => _waiters.Notify(this);

    internal ErrorCode CheckCommitted() => _role.CheckCommitted(Log);

    // What waited for the device may be committed now.
    private void OnFlushed()
    {
        _role.AdvanceHighWatermark(Log);
        _waiters.Notify(this);
    }

    private void ChangeRole(PartitionRole role, bool isNewLeadership)
    {
        if (isNewLeadership)
        {
            // Nothing of the former epoch may follow the start of the new one.
            _role = new FollowerRole(role.Registration);
            WaitForAppends();
            Log.AssignEpoch(role.Registration.LeaderEpoch);
        }
        _role = role;
        WaitForAppends();
        role.AdvanceHighWatermark(Log);
        _waiters.Notify(this);
    }

    private void WaitForAppends()
    {
        // An append takes microseconds; there is no cheaper wait than looking again.
        Interlocked.MemoryBarrier();
        var spin = default(SpinWait);
        while (Volatile.Read(ref _appendsUnderWay) != 0)
        {
            spin.SpinOnce();
        }
    }
}
