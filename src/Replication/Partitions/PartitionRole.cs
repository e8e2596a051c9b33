using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>What this broker is to a partition in one leader epoch.</summary>
internal abstract class PartitionRole
{
    private volatile PartitionRegistration _registration;

    protected PartitionRole(PartitionRegistration registration) => _registration = registration;

    /// <summary>The newest registration of the role's leader epoch.</summary>
    public PartitionRegistration Registration
    {
        get => _registration;
        protected set => _registration = value;
    }

    /// <summary>Appends to the log as the leader, if the role may.</summary>
    public abstract AppendResult Append(PartitionLog log, Memory<byte> batches, short requiredAcks, AppendOrigin origin);

    /// <summary>Moves the high watermark to where all replicas in sync are; true if it moved.</summary>
    public abstract bool AdvanceHighWatermark(PartitionLog log);

    /// <summary>The error of acks=all although all replicas in sync have the records, or none.</summary>
    public abstract ErrorCode CheckCommitted(PartitionLog log);

    /// <summary>The answer to who asks a replica that does not lead.</summary>
    public static AppendResult NotLeading(PartitionLog log) =>
        Failed(log, ErrorCode.NotLeaderOrFollower, ErrorCodes.Message(ErrorCode.NotLeaderOrFollower));

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

/// <summary>Another broker leads, or nobody, or this broker is not registered yet.</summary>
internal sealed class FollowerRole : PartitionRole
{
    public FollowerRole(PartitionRegistration registration)
        : base(registration)
    {
    }

    public override AppendResult Append(PartitionLog log, Memory<byte> batches, short requiredAcks, AppendOrigin origin) =>
        NotLeading(log);

    public override bool AdvanceHighWatermark(PartitionLog log) => false;

    public override ErrorCode CheckCommitted(PartitionLog log) => ErrorCode.NotLeaderOrFollower;
}
