using System.Diagnostics.CodeAnalysis;

namespace Compat.Coordination.Groups.Offsets;

/// <summary>Offsets by group, topic and partition.</summary>
internal sealed class OffsetTable
{
    private readonly Dictionary<string, TopicOffsets> _groups = [];

    /// <summary>All groups that have offsets.</summary>
    public IReadOnlyDictionary<string, TopicOffsets> Groups => _groups;

    /// <summary>Offsets in the table.</summary>
    public int Count { get; private set; }

    /// <summary>The offsets of a group; false when it has none.</summary>
    public bool TryGet(string groupId, [NotNullWhen(true)] out TopicOffsets? topics) => _groups.TryGetValue(groupId, out topics);

    /// <summary>The offset of a partition, or null.</summary>
    public CommittedOffset? Find(string groupId, string topic, int partition) =>
        _groups.TryGetValue(groupId, out TopicOffsets? topics) ? topics.Find(topic, partition) : null;

    /// <summary>Sets the offset of a partition.</summary>
    public void Set(string groupId, string topic, int partition, CommittedOffset offset)
    {
        if (!_groups.TryGetValue(groupId, out TopicOffsets? topics))
        {
            _groups.Add(groupId, topics = new TopicOffsets());
        }

        if (topics.Set(topic, partition, offset))
        {
            Count++;
        }
    }

    /// <summary>Takes the offset of a partition out, if there is one.</summary>
    public void Remove(string groupId, string topic, int partition)
    {
        if (!_groups.TryGetValue(groupId, out TopicOffsets? topics) || !topics.Remove(topic, partition))
        {
            return;
        }

        Count--;
        if (topics.IsEmpty)
        {
            _groups.Remove(groupId);
        }
    }
}
