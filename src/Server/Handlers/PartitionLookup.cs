using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Wire;

namespace Compat.Server.Handlers;

/// <summary>Finds the partitions that requests name, or the error that says why one cannot be served here.</summary>
internal sealed class PartitionLookup
{
    private readonly PartitionRegistry _partitions;
    private readonly Func<MetadataImage> _image;
    private readonly NodeAddress _addressOf;

    public PartitionLookup(PartitionRegistry partitions, Func<MetadataImage> image, NodeAddress addressOf)
    {
        _partitions = partitions;
        _image = image;
        _addressOf = addressOf;
    }

    /// <summary>The metadata as of now.</summary>
    public MetadataImage Image => _image();

    /// <summary>Finds a partition that this broker leads by its topic's name.</summary>
    public ErrorCode Find(string topic, int index, out Partition? partition) => Lead(FindReplica(topic, index, out partition), ref partition);

    /// <summary>Finds a partition that this broker leads by its topic's id.</summary>
    public ErrorCode Find(Uuid topicId, int index, out Partition? partition) => Lead(FindReplica(topicId, index, out partition), ref partition);

    /// <summary>Finds a partition of which this broker has a replica, leading or not, by its topic's name.</summary>
    public ErrorCode FindReplica(string topic, int index, out Partition? partition)
    {
        if (_partitions.TryGet(topic, index, out partition))
        {
            return ErrorCode.None;
        }

        // Known to the cluster but not here: the client's metadata is old, or ours is about to change.
        bool exists = Image.Topics.TryGet(topic, out TopicImage? found) && found.Partition(index) is not null;
        return exists ? ErrorCode.NotLeaderOrFollower : ErrorCode.UnknownTopicOrPartition;
    }

    /// <summary>Finds a partition of which this broker has a replica, leading or not, by its topic's id.</summary>
    public ErrorCode FindReplica(Uuid topicId, int index, out Partition? partition)
    {
        if (_partitions.TryGet(topicId, index, out partition))
        {
            return ErrorCode.None;
        }

        return Image.Topics.TryGet(topicId, out TopicImage? topic)
            ? topic.Partition(index) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.NotLeaderOrFollower
            : ErrorCode.UnknownTopicId;
    }

    /// <summary>The leader of a partition and its epoch, as far as this broker knows (KIP-951); null when there is none.</summary>
    public (int Id, int Epoch)? FindLeader(string topic, Uuid topicId, int index)
    {
        // A replica here hears of an election before the image is shown to anybody.
        PartitionRegistration? partition = Replica(topic, topicId, index)?.Registration ?? Registration(topic, topicId, index);
        return partition is null ? null : (partition.Leader, partition.LeaderEpoch);
    }

    /// <summary>
    /// Where the client of a connection finds a leader that it is told of (KIP-951); null when the broker is not there, or not
    /// where the client came by.
    /// </summary>
    public (string Host, int Port, string? Rack)? FindNode(int brokerId, ConnectionInfo connection) =>
        Image.Cluster.TryGetBroker(brokerId, out BrokerRegistration? broker) && !broker.Fenced
        && _addressOf(brokerId, connection) is { } address
            ? (address.Host, address.Port, broker.Rack)
            : null;

    private Partition? Replica(string topic, Uuid topicId, int index) =>
        (topicId == Uuid.Zero ? _partitions.TryGet(topic, index, out Partition? found) : _partitions.TryGet(topicId, index, out found)) ? found : null;

    private PartitionRegistration? Registration(string topic, Uuid topicId, int index)
    {
        TopicsImage topics = Image.Topics;
        TopicImage? found = topicId == Uuid.Zero
            ? topics.TryGet(topic, out TopicImage? byName) ? byName : null
            : topics.TryGet(topicId, out TopicImage? byId) ? byId : null;
        return found?.Partition(index);
    }

    private static ErrorCode Lead(ErrorCode found, ref Partition? partition)
    {
        if (partition is null || partition.IsLeader)
        {
            return found;
        }

        partition = null;
        return ErrorCode.NotLeaderOrFollower;
    }
}
