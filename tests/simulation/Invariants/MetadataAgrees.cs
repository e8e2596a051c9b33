using Compat.Replication.Metadata;
using Compat.Simulation.Nodes;

namespace Compat.Simulation.Invariants;

/// <summary>An offset of the metadata log that anybody has applied was written in one epoch, for everybody.</summary>
internal sealed class MetadataAgrees : Invariant
{
    private readonly Dictionary<long, int> _epochs = [];

    public override void Check(IReadOnlyList<SimulatedBroker> brokers)
    {
        foreach (SimulatedBroker broker in brokers)
        {
            if (broker.Ready is { } ready)
            {
                MetadataProvenance seen = ready.Parts.Image.Provenance;
                if (!_epochs.TryAdd(seen.LastContainedOffset, seen.LastContainedEpoch) && _epochs[seen.LastContainedOffset] != seen.LastContainedEpoch)
                {
                    throw Broken($"node {broker.Id} has applied offset {seen.LastContainedOffset} of epoch {seen.LastContainedEpoch}, and another of epoch {_epochs[seen.LastContainedOffset]}");
                }
            }
        }
    }
}
