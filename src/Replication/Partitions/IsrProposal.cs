using System.Collections.Immutable;
using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>A replica in sync, and the broker epoch by which its leader knows it, -1 if it does not (KIP-903).</summary>
public readonly record struct IsrMember(int BrokerId, long BrokerEpoch);

/// <summary>An in-sync set that a leader asks the controller for.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="NewIsr">The set that is asked for.</param>
/// <param name="LeaderEpoch">The epoch in which the leader asks.</param>
/// <param name="PartitionEpoch">The state that the change is based on; the controller refuses a change of any other.</param>
public sealed record IsrProposal(Partition Partition, ImmutableArray<IsrMember> NewIsr, int LeaderEpoch, int PartitionEpoch);

/// <summary>What the controller made of a proposal.</summary>
/// <param name="ErrorCode">Why it was refused; None if not.</param>
/// <param name="LeaderEpoch">The leader epoch after the change.</param>
/// <param name="Isr">The in-sync set after the change.</param>
/// <param name="PartitionEpoch">The partition epoch after the change.</param>
public readonly record struct IsrAnswer(ErrorCode ErrorCode, int LeaderEpoch, ImmutableArray<int> Isr, int PartitionEpoch)
{
    /// <summary>A refusal.</summary>
    public static IsrAnswer Refused(ErrorCode error) => new(error, -1, [], -1);
}

/// <summary>Asks the controller for changes of in-sync sets and tells the partitions the answers.</summary>
public interface IIsrChanges
{
    /// <summary>
    /// Takes a proposal to be sent. A leader has one under way at a time. Returns at once; called with no lock held.
    /// </summary>
    void Submit(IsrProposal proposal);
}
