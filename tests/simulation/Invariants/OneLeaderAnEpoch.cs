using Compat.Replication.Partitions;
using Compat.Simulation.Nodes;
using Compat.Wire;

namespace Compat.Simulation.Invariants;

/// <summary>A partition has at most one leader in a leader epoch: one process, even if it is the same broker started again.</summary>
internal sealed class OneLeaderAnEpoch : Invariant
{
    private readonly Dictionary<(Uuid Topic, int Partition, int Epoch), (int Broker, int Start)> _leaders = [];

    public override void Check(IReadOnlyList<SimulatedBroker> brokers)
    {
        foreach ((SimulatedBroker broker, Partition partition) in PartitionsOf(brokers).Where(each => each.Partition.IsLeader))
        {
            (int Broker, int Start) now = (broker.Id, broker.Starts);
            (Uuid, int, int) epoch = (partition.TopicId, partition.TopicPartition.Partition, partition.LeaderEpoch);
            if (!_leaders.TryAdd(epoch, now) && _leaders[epoch] != now)
            {
                throw Broken($"{partition.TopicPartition} is led in epoch {partition.LeaderEpoch} by {_leaders[epoch]} and {now}");
            }
        }
    }
}
