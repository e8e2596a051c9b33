using System.Collections.Immutable;
using Compat.Replication.Metadata;

namespace Compat.Replication.Controller;

/// <summary>
/// A move of a partition to other brokers (KIP-455). While it goes on the partition has the replicas of both sides, the
/// wanted ones first; it is complete when everybody who was added is in sync.
/// </summary>
/// <param name="Replicas">The replicas while it goes on.</param>
/// <param name="Removing">Those that go when it is complete.</param>
/// <param name="Adding">Those that were not there before.</param>
internal readonly record struct Reassignment(ImmutableArray<int> Replicas, ImmutableArray<int> Removing, ImmutableArray<int> Adding)
{
    /// <summary>The reassignment that leads from some replicas to others.</summary>
    public static Reassignment Between(ImmutableArray<int> present, IReadOnlyList<int> wanted)
    {
        int[] removing = [.. present.Except(wanted).Order()];
        return new Reassignment([.. wanted, .. removing], [.. removing], [.. wanted.Except(present).Order()]);
    }

    /// <summary>The replicas and the ISR once it is complete, or null if it has to go on or there is none.</summary>
    public (ImmutableArray<int> Replicas, ImmutableArray<int> Isr)? Complete(ImmutableArray<int> isr)
    {
        if (Removing.IsEmpty && Adding.IsEmpty)
        {
            return null;
        }
        ImmutableArray<int> removing = Removing;
        ImmutableArray<int> remainingIsr = [.. isr.Where(replica => !removing.Contains(replica))];
        ImmutableArray<int> remaining = [.. Replicas.Where(replica => !removing.Contains(replica))];
        bool canEnd = !remainingIsr.IsEmpty && !remaining.IsEmpty && Adding.All(replica => remainingIsr.Contains(replica));
        // With fewer replicas than before all of them have to be in sync, or else the ISR would be smaller than it need be.
        return canEnd && (Adding.Length >= Removing.Length || remaining.All(replica => remainingIsr.Contains(replica)))
            ? (remaining, remainingIsr)
            : null;
    }

    /// <summary>
    /// The replicas and the ISR that a partition goes back to when its reassignment is cancelled. If only added replicas
    /// are in sync the first of the former ones leads, and may lack records.
    /// </summary>
    public static (ImmutableArray<int> Replicas, ImmutableArray<int> Isr, bool IsUnclean) Revert(PartitionRegistration partition)
    {
        ImmutableArray<int> adding = partition.AddingReplicas;
        ImmutableArray<int> replicas = [.. partition.Replicas.Where(replica => !adding.Contains(replica))];
        ImmutableArray<int> isr = [.. partition.Isr.Where(replica => !adding.Contains(replica))];
        return isr.IsEmpty ? (replicas, [replicas[0]], true) : (replicas, isr, false);
    }
}
