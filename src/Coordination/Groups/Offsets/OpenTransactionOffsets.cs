namespace Compat.Coordination.Groups.Offsets;

/// <summary>Offsets committed in transactions that have not ended, by producer, and which partitions they make unstable.</summary>
internal sealed class OpenTransactionOffsets
{
    private readonly Dictionary<long, OffsetTable> _producers = [];
    private readonly Dictionary<(string Group, string Topic, int Partition), HashSet<long>> _open = [];

    /// <summary>Adds an offset to a producer's transaction.</summary>
    public void Add(long producerId, string groupId, string topic, int partition, CommittedOffset offset)
    {
        if (!_producers.TryGetValue(producerId, out OffsetTable? table))
        {
            _producers.Add(producerId, table = new OffsetTable());
        }

        table.Set(groupId, topic, partition, offset);
        if (!_open.TryGetValue((groupId, topic, partition), out HashSet<long>? producers))
        {
            _open.Add((groupId, topic, partition), producers = []);
        }

        producers.Add(producerId);
    }

    /// <summary>Whether a transaction that has not ended holds an offset of the partition.</summary>
    public bool Contains(string groupId, string topic, int partition) => _open.ContainsKey((groupId, topic, partition));

    /// <summary>Whether a transaction that has not ended holds an offset of the group.</summary>
    public bool Contains(string groupId) => _open.Keys.Any(key => key.Group == groupId);

    /// <summary>The partitions of a group that open transactions hold offsets of.</summary>
    public List<(string Topic, int Partition)> PartitionsOf(string groupId) =>
        [.. _open.Keys.Where(key => key.Group == groupId).Select(key => (key.Topic, key.Partition))];

    /// <summary>All partitions with offsets in open transactions, with those offsets.</summary>
    public IEnumerable<(string Group, string Topic, int Partition, CommittedOffset Offset)> All() =>
        from entry in _open
        from producer in entry.Value
        let offset = _producers[producer].Find(entry.Key.Group, entry.Key.Topic, entry.Key.Partition)
        select (entry.Key.Group, entry.Key.Topic, entry.Key.Partition, offset);

    /// <summary>Forgets the offsets of a partition: it was deleted.</summary>
    public void Remove(string groupId, string topic, int partition)
    {
        if (_open.Remove((groupId, topic, partition), out HashSet<long>? producers))
        {
            foreach (long producer in producers)
            {
                _producers[producer].Remove(groupId, topic, partition);
            }
        }
    }

    /// <summary>Takes out what a producer's transaction holds; null when it holds nothing here.</summary>
    public OffsetTable? Take(long producerId)
    {
        if (!_producers.Remove(producerId, out OffsetTable? table))
        {
            return null;
        }

        foreach ((string groupId, TopicOffsets topics) in table.Groups)
        {
            foreach ((string topic, Dictionary<int, CommittedOffset> partitions) in topics.Topics)
            {
                foreach (int partition in partitions.Keys)
                {
                    Close(groupId, topic, partition, producerId);
                }
            }
        }

        return table;
    }

    private void Close(string groupId, string topic, int partition, long producerId)
    {
        if (_open.TryGetValue((groupId, topic, partition), out HashSet<long>? producers) &&
            producers.Remove(producerId) && producers.Count == 0)
        {
            _open.Remove((groupId, topic, partition));
        }
    }
}
