using Compat.Coordination.Runtime;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;

namespace Compat.Coordination.Groups;

/// <summary>Follows the metadata: which partitions of the internal topic are led here, and which topics are gone.</summary>
public sealed partial class GroupCoordinator : IPartitionListener, IMetadataPublisher
{
    /// <inheritdoc/>
    public void OnLeading(Partition partition)
    {
        if (partition.TopicPartition.Topic == TopicName.ConsumerOffsets)
        {
            Elect(partition.TopicPartition.Partition, new PartitionCoordinatorLog(partition));
        }
    }

    /// <inheritdoc/>
    public void OnNotLeading(Partition partition)
    {
        if (partition.TopicPartition.Topic == TopicName.ConsumerOffsets)
        {
            Resign(partition.TopicPartition.Partition);
        }
    }

    /// <inheritdoc/>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        if (delta.Topics is { Deleted.Count: > 0 } topics)
        {
            // Nobody waits for it: until it is done, OffsetFetch tells offsets of a former topic from those of its successor by the id.
            _ = TopicsDeletedAsync([.. topics.Deleted.Select(topic => new DeletedTopic(topic.Name, topic.Id))]);
        }
    }
}
