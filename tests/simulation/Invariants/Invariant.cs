using Compat.Replication.Partitions;
using Compat.Simulation.Nodes;
using Compat.Simulation.Time;

namespace Compat.Simulation.Invariants;

/// <summary>Something that holds at every moment, whatever has happened.</summary>
internal abstract class Invariant
{
    /// <summary>Every invariant, new.</summary>
    public static Invariant[] All() =>
        [new OffsetsAreOrdered(), new OneLeaderAnEpoch(), new OneControllerAnEpoch(), new VisibleEndIsMonotonic(), new CommittedRecordsNeverChange(), new MetadataAgrees()];

    /// <summary>Looks at all brokers.</summary>
    /// <exception cref="SimulationException">The invariant is broken.</exception>
    public abstract void Check(IReadOnlyList<SimulatedBroker> brokers);

    protected static IEnumerable<(SimulatedBroker Broker, Partition Partition)> PartitionsOf(IReadOnlyList<SimulatedBroker> brokers)
    {
        foreach (SimulatedBroker broker in brokers)
        {
            if (broker.Ready is { } ready)
            {
                foreach (Partition partition in ready.Parts.Partitions.All)
                {
                    if (!partition.IsDeleted && !partition.Log.IsClosed && !partition.Log.IsFailed)
                    {
                        yield return (broker, partition);
                    }
                }
            }
        }
    }

    protected SimulationException Broken(string what) => new($"{GetType().Name}: {what}");
}
