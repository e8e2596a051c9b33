using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>What a batch of records does to one topic.</summary>
public sealed class TopicDelta
{
    private readonly SortedDictionary<int, PartitionRegistration> _changed = [];

    internal TopicDelta(string name, Uuid id, TopicImage? before)
    {
        Name = name;
        Id = id;
        Before = before;
    }

    /// <summary>The topic's name.</summary>
    public string Name { get; }

    /// <summary>The topic's id.</summary>
    public Uuid Id { get; }

    /// <summary>The topic before; null if it is new.</summary>
    public TopicImage? Before { get; }

    /// <summary>The new and changed partitions, as they are now, by index.</summary>
    public IReadOnlyDictionary<int, PartitionRegistration> ChangedPartitions => _changed;

    internal int PartitionCount
    {
        get
        {
            int before = Before?.Partitions.Length ?? 0;
            return _changed.Count == 0 ? before : Math.Max(before, _changed.Last().Key + 1);
        }
    }

    internal void Replay(PartitionRecord record) => _changed[record.PartitionId] = PartitionRegistration.From(record);

    internal void Replay(PartitionChangeRecord record)
    {
        if (Partition(record.PartitionId) is not { } current)
        {
            throw new MetadataException($"A change of partition {Name}-{record.PartitionId}, which does not exist.");
        }
        _changed[record.PartitionId] = current.Apply(record);
    }

    /// <summary>The partition as it is now, or null if there is none.</summary>
    internal PartitionRegistration? Partition(int index) => _changed.GetValueOrDefault(index) ?? Before?.Partition(index);

    internal void Set(int partition, PartitionRegistration registration) => _changed[partition] = registration;

    internal TopicImage Apply()
    {
        ImmutableArray<PartitionRegistration> before = Before?.Partitions ?? [];
        if (_changed.Count == 0 && Before is not null)
        {
            return Before;
        }
        var partitions = new PartitionRegistration[PartitionCount];
        before.CopyTo(partitions);
        foreach ((int index, PartitionRegistration registration) in _changed)
        {
            partitions[index] = registration;
        }
        int missing = Array.IndexOf(partitions, null);
        if (missing >= 0)
        {
            throw new MetadataException($"Partition {Name}-{missing} is missing between others.");
        }
        return new TopicImage(Name, Id, ImmutableCollectionsMarshal.AsImmutableArray(partitions));
    }
}
