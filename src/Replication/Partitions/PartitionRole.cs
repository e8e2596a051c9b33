using System.Collections.Immutable;
using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>What this broker is to a partition in one leader epoch. Immutable but for what a role counts.</summary>
internal abstract class PartitionRole
{
    protected PartitionRole(PartitionRegistration registration) => Registration = registration;

    /// <summary>The registration that made the role.</summary>
    public PartitionRegistration Registration { get; }

    /// <summary>Appends to the log as the leader, if the role may.</summary>
    public abstract AppendResult Append(PartitionLog log, Memory<byte> batches, short requiredAcks, AppendOrigin origin);

    /// <summary>Moves the high watermark to where all replicas in sync are; true if it moved.</summary>
    public abstract bool AdvanceHighWatermark(PartitionLog log);

    /// <summary>The error of acks=all although all replicas in sync have the records, or none.</summary>
    public abstract ErrorCode CheckCommitted(PartitionLog log);

    protected static AppendResult Failed(PartitionLog log, ErrorCode code, string message) => new()
    {
        ErrorCode = code,
        ErrorMessage = message,
        FirstOffset = -1,
        LastOffset = -1,
        LogAppendTimeMs = -1,
        LogStartOffset = log.LogStartOffset,
    };
}

/// <summary>This broker leads.</summary>
internal sealed class LeaderRole : PartitionRole
{
    private const short AllInSync = -1;

    private readonly int _brokerId;

    public LeaderRole(PartitionRegistration registration, int brokerId)
        : base(registration)
    {
        _brokerId = brokerId;
    }

    private ImmutableArray<int> Isr => Registration.Isr;

    public override AppendResult Append(PartitionLog log, Memory<byte> batches, short requiredAcks, AppendOrigin origin)
    {
        if (requiredAcks == AllInSync && Isr.Length < MinIsr(log))
        {
            return Failed(
                log,
                ErrorCode.NotEnoughReplicas,
                $"The size of the current ISR {Isr.Length} is insufficient to satisfy the min.isr requirement of "
                    + $"{MinIsr(log)} for partition {log.TopicPartition}");
        }
        return log.AppendAsLeader(batches, Registration.LeaderEpoch, origin);
    }

    public override bool AdvanceHighWatermark(PartitionLog log)
    {
        // With others in sync, their fetches move it; alone, what is in the log is committed.
        bool isAlone = Isr.Length == 1 && Isr[0] == _brokerId;
        return isAlone && log.AdvanceHighWatermark(log.LogEndOffset);
    }

    public override ErrorCode CheckCommitted(PartitionLog log) =>
        Isr.Length < MinIsr(log) ? ErrorCode.NotEnoughReplicasAfterAppend : ErrorCode.None;

    // A topic with fewer replicas than it asks to be in sync would never be writable.
    private int MinIsr(PartitionLog log) => Math.Min(log.Config.MinInsyncReplicas, Registration.Replicas.Length);
}

/// <summary>Another broker leads, or nobody, or this broker is not registered yet.</summary>
internal sealed class FollowerRole : PartitionRole
{
    public FollowerRole(PartitionRegistration registration)
        : base(registration)
    {
    }

    public override AppendResult Append(PartitionLog log, Memory<byte> batches, short requiredAcks, AppendOrigin origin) =>
        Failed(log, ErrorCode.NotLeaderOrFollower, ErrorCodes.Message(ErrorCode.NotLeaderOrFollower));

    public override bool AdvanceHighWatermark(PartitionLog log) => false;

    public override ErrorCode CheckCommitted(PartitionLog log) => ErrorCode.NotLeaderOrFollower;
}
