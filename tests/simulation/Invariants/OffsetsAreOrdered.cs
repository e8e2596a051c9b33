using Compat.Log;
using Compat.Replication.Partitions;
using Compat.Simulation.Nodes;

namespace Compat.Simulation.Invariants;

/// <summary>Log start, last stable offset, high watermark and log end stand in this order.</summary>
internal sealed class OffsetsAreOrdered : Invariant
{
    public override void Check(IReadOnlyList<SimulatedBroker> brokers)
    {
        foreach ((SimulatedBroker broker, Partition partition) in PartitionsOf(brokers))
        {
            PartitionLog log = partition.Log;
            if (log.LogStartOffset > log.LastStableOffset || log.LastStableOffset > log.HighWatermark || log.HighWatermark > log.LogEndOffset)
            {
                throw Broken($"{log.TopicPartition} of node {broker.Id} has {log.LogStartOffset}, {log.LastStableOffset}, {log.HighWatermark}, {log.LogEndOffset}");
            }
        }
    }
}
