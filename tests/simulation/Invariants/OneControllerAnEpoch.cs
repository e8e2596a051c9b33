using Compat.Simulation.Nodes;

namespace Compat.Simulation.Invariants;

/// <summary>The quorum has at most one leader in an epoch.</summary>
internal sealed class OneControllerAnEpoch : Invariant
{
    private readonly Dictionary<int, int> _leaders = [];

    public override void Check(IReadOnlyList<SimulatedBroker> brokers)
    {
        foreach (SimulatedBroker broker in brokers)
        {
            if (broker.Ready is { Parts.Quorum.Leader: { } leader } && leader.LeaderId == broker.Id
                && !_leaders.TryAdd(leader.Epoch, broker.Id) && _leaders[leader.Epoch] != broker.Id)
            {
                throw Broken($"epoch {leader.Epoch} is led by nodes {_leaders[leader.Epoch]} and {broker.Id}");
            }
        }
    }
}
