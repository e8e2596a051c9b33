using System.Collections.Immutable;

namespace Compat.Replication.Partitions;

/// <summary>
/// The replicas in sync as their leader sees them (KIP-497). While a change is under way the leader does not know whether
/// the controller has it already: so the high watermark waits for the replicas of both sets, and min.insync.replicas is
/// held against those that are in both.
/// </summary>
/// <param name="Committed">The set that the controller is known to have.</param>
/// <param name="PartitionEpoch">The partition epoch of that set.</param>
/// <param name="Proposed">The set that was asked for; default if no change is under way.</param>
internal sealed record IsrState(ImmutableArray<int> Committed, int PartitionEpoch, ImmutableArray<int> Proposed = default)
{
    /// <summary>Whether a change is under way.</summary>
    public bool IsPending => !Proposed.IsDefault;

    /// <summary>How many replicas are in sync whatever becomes of the change.</summary>
    public int MinimalCount => IsPending ? Committed.Count(id => Proposed.Contains(id)) : Committed.Length;

    /// <summary>Whether a replica is in sync, or may be.</summary>
    public bool MaximalContains(int brokerId) => Committed.Contains(brokerId) || (IsPending && Proposed.Contains(brokerId));

    /// <summary>The state with a change under way.</summary>
    public IsrState Propose(ImmutableArray<int> isr) => this with { Proposed = isr };

    /// <summary>The state before the change that is under way.</summary>
    public IsrState Withdraw() => this with { Proposed = default };
}
