namespace Compat.Coordination.Groups.Offsets;

/// <summary>The offsets of one group, by topic and partition.</summary>
internal sealed class TopicOffsets
{
    private readonly Dictionary<string, Dictionary<int, CommittedOffset>> _topics = [];

    /// <summary>True when there are none.</summary>
    public bool IsEmpty => _topics.Count == 0;

    /// <summary>All topics with their partitions.</summary>
    public IReadOnlyDictionary<string, Dictionary<int, CommittedOffset>> Topics => _topics;

    /// <summary>The offset of a partition, or null.</summary>
    public CommittedOffset? Find(string topic, int partition) =>
        _topics.TryGetValue(topic, out Dictionary<int, CommittedOffset>? partitions) ? partitions.GetValueOrDefault(partition) : null;

    /// <summary>Sets the offset of a partition; true when it had none.</summary>
    public bool Set(string topic, int partition, CommittedOffset offset)
    {
        if (!_topics.TryGetValue(topic, out Dictionary<int, CommittedOffset>? partitions))
        {
            _topics.Add(topic, partitions = []);
        }

        bool isNew = !partitions.ContainsKey(partition);
        partitions[partition] = offset;
        return isNew;
    }

    /// <summary>Takes the offset of a partition out; false when it has none.</summary>
    public bool Remove(string topic, int partition)
    {
        if (!_topics.TryGetValue(topic, out Dictionary<int, CommittedOffset>? partitions) || !partitions.Remove(partition))
        {
            return false;
        }

        if (partitions.Count == 0)
        {
            _topics.Remove(topic);
        }

        return true;
    }
}
