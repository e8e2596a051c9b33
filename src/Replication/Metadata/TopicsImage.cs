using System.Diagnostics.CodeAnalysis;
using Compat.Wire;

namespace Compat.Replication.Metadata;

/// <summary>All topics, by name and by id. Immutable.</summary>
public sealed class TopicsImage
{
    internal TopicsImage(
        PersistentMap<string, TopicImage> byName,
        PersistentMap<Uuid, TopicImage> byId,
        PersistentMap<string, string> byUnifiedName,
        int partitionCount)
    {
        ByName = byName;
        ById = byId;
        ByUnifiedName = byUnifiedName;
        PartitionCount = partitionCount;
    }

    /// <summary>No topics.</summary>
    public static TopicsImage Empty { get; } = new(
        PersistentMap<string, TopicImage>.Empty,
        PersistentMap<Uuid, TopicImage>.Empty,
        PersistentMap<string, string>.Empty,
        0);

    /// <summary>The topics by name.</summary>
    public PersistentMap<string, TopicImage> ByName { get; }

    /// <summary>The topics by id.</summary>
    public PersistentMap<Uuid, TopicImage> ById { get; }

    /// <summary>Names of topics that have a dot or an underscore, by the name with all dots as underscores.</summary>
    internal PersistentMap<string, string> ByUnifiedName { get; }

    /// <summary>Number of topics.</summary>
    public int Count => ById.Count;

    /// <summary>Number of partitions of all topics.</summary>
    public int PartitionCount { get; }

    /// <summary>Finds a topic by name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TopicImage? topic) => ByName.TryGetValue(name, out topic);

    /// <summary>Finds a topic by id.</summary>
    public bool TryGet(Uuid id, [NotNullWhen(true)] out TopicImage? topic) => ById.TryGetValue(id, out topic);

    /// <summary>The partition's registration, or null.</summary>
    public PartitionRegistration? Partition(TopicPartition partition) =>
        TryGet(partition.Topic, out TopicImage? topic) ? topic.Partition(partition.Partition) : null;
}
