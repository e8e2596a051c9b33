using Compat.Replication.Partitions;
using Compat.Simulation.Nodes;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Simulation.Invariants;

/// <summary>What is below a high watermark is the same on every replica, for ever.</summary>
internal sealed class CommittedRecordsNeverChange : Invariant
{
    private readonly Dictionary<(Uuid Topic, int Partition, long Offset), (string Content, string Seen)> _committed = [];
    private readonly Dictionary<(int Broker, Uuid Topic, int Partition), (int Start, long Offset)> _looked = [];

    public override void Check(IReadOnlyList<SimulatedBroker> brokers)
    {
        foreach ((SimulatedBroker broker, Partition partition) in PartitionsOf(brokers))
        {
            (int, Uuid, int) key = (broker.Id, partition.TopicId, partition.TopicPartition.Partition);
            (int Start, long Offset) looked = _looked.GetValueOrDefault(key);
            long from = looked.Start == broker.Starts ? looked.Offset : 0;
            long to = partition.HighWatermark;
            if (to > from)
            {
                Look(broker, partition, Math.Max(from, partition.Log.LogStartOffset), to);
            }

            // A replica whose high watermark went back may have cut its log since.
            _looked[key] = (broker.Starts, to);
        }
    }

    private void Look(SimulatedBroker broker, Partition partition, long from, long to)
    {
        foreach (RecordBatch batch in partition.Log.ReadBatches(from).TakeWhile(batch => batch.LastOffset < to))
        {
            (Uuid, int, long) place = (partition.TopicId, partition.TopicPartition.Partition, batch.BaseOffset);
            string content = $"{batch.BaseOffset} to {batch.LastOffset} of producer {batch.ProducerId} from {batch.BaseSequence}, CRC {batch.Crc:x8}";
            if (!_committed.TryAdd(place, (content, $"in epoch {batch.PartitionLeaderEpoch} on node {broker.Id}")) && _committed[place].Content != content)
            {
                throw Broken($"{partition.TopicPartition} of node {broker.Id} has {content} in epoch {batch.PartitionLeaderEpoch}; there was {_committed[place].Content} {_committed[place].Seen}");
            }
        }
    }
}
