using System.Collections.Immutable;
using Compat.Wire;

namespace Compat.Replication.Metadata;

/// <summary>A topic and its partitions. Immutable.</summary>
public sealed class TopicImage
{
    /// <summary>Makes a topic; partition n is at index n.</summary>
    public TopicImage(string name, Uuid id, ImmutableArray<PartitionRegistration> partitions)
    {
        Name = name;
        Id = id;
        Partitions = partitions;
        IsInternal = TopicName.IsInternal(name);
    }

    /// <summary>The topic's name.</summary>
    public string Name { get; }

    /// <summary>The id that it keeps for life; a topic recreated under the same name has another one.</summary>
    public Uuid Id { get; }

    /// <summary>The partitions by index.</summary>
    public ImmutableArray<PartitionRegistration> Partitions { get; }

    /// <summary>True for the topics of coordinators.</summary>
    public bool IsInternal { get; }

    /// <summary>The partition of an index, or null if there is none.</summary>
    public PartitionRegistration? Partition(int index) =>
        (uint)index < (uint)Partitions.Length ? Partitions[index] : null;
}
