using Compat.Replication.Partitions;
using Compat.Simulation.Nodes;
using Compat.Wire;

namespace Compat.Simulation.Invariants;

/// <summary>While a broker leads in an epoch, its high watermark never goes back.</summary>
internal sealed class VisibleEndIsMonotonic : Invariant
{
    private readonly Dictionary<(Uuid Topic, int Partition), (int Epoch, long HighWatermark)> _seen = [];

    public override void Check(IReadOnlyList<SimulatedBroker> brokers)
    {
        foreach ((SimulatedBroker broker, Partition partition) in PartitionsOf(brokers))
        {
            int epoch = partition.LeaderEpoch;
            long highWatermark = partition.HighWatermarkIn(epoch);
            (Uuid, int) key = (partition.TopicId, partition.TopicPartition.Partition);
            (int Epoch, long HighWatermark) before = _seen.GetValueOrDefault(key, (-1, 0));
            if (highWatermark < 0 || epoch < before.Epoch)
            {
                continue;
            }

            if (epoch == before.Epoch && highWatermark < before.HighWatermark)
            {
                throw Broken($"{partition.TopicPartition} of node {broker.Id} in epoch {epoch} went back from {before.HighWatermark} to {highWatermark}");
            }

            _seen[key] = (epoch, highWatermark);
        }
    }
}
