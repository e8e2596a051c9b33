using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>What a batch of records does to the topics.</summary>
public sealed class TopicsDelta
{
    private readonly TopicsImage _before;
    private readonly Dictionary<Uuid, TopicDelta> _changed = [];
    private readonly Dictionary<Uuid, TopicImage> _deleted = [];

    internal TopicsDelta(TopicsImage before) => _before = before;

    /// <summary>Topics that are new or changed, in the order of their first record.</summary>
    public IReadOnlyCollection<TopicDelta> Changed => _changed.Values;

    /// <summary>Topics that are gone, as they were. A topic made and removed within the batch is in neither list.</summary>
    public IReadOnlyCollection<TopicImage> Deleted => _deleted.Values;

    internal void Replay(TopicRecord record) =>
        _changed[record.TopicId] = new TopicDelta(record.Name, record.TopicId, null);

    internal void Replay(PartitionRecord record) => Touch(record.TopicId).Replay(record);

    internal void Replay(PartitionChangeRecord record) => Touch(record.TopicId).Replay(record);

    internal void Replay(RemoveTopicRecord record)
    {
        bool changed = _changed.Remove(record.TopicId);
        if (_before.TryGet(record.TopicId, out TopicImage? topic))
        {
            _deleted[record.TopicId] = topic;
        }
        else if (!changed)
        {
            throw new MetadataException($"The removal of topic {record.TopicId}, which does not exist.");
        }
    }

    /// <summary>Returns the name of the removed topic, so that its configurations go with it.</summary>
    internal string NameOf(Uuid topicId) => Touch(topicId).Name;

    internal void ClearEligibleLeaderReplicas(ClearElrRecord record)
    {
        foreach (Uuid id in _changed.Keys.Union(_before.ById.Keys).Where(id => !_deleted.ContainsKey(id)).ToArray())
        {
            string name = _changed.TryGetValue(id, out TopicDelta? changed) ? changed.Name : _before.ById.GetValueOrDefault(id)!.Name;
            if (record.TopicName.Length == 0 || record.TopicName == name)
            {
                ClearEligibleLeaderReplicas(Touch(id));
            }
        }
    }

    private static void ClearEligibleLeaderReplicas(TopicDelta topic)
    {
        for (int i = 0; i < topic.PartitionCount; i++)
        {
            if (topic.Partition(i) is { EligibleLeaderReplicas.IsEmpty: false } or { LastKnownElr.IsEmpty: false })
            {
                topic.Replay(new PartitionChangeRecord
                {
                    PartitionId = i,
                    TopicId = topic.Id,
                    EligibleLeaderReplicas = [],
                    LastKnownElr = [],
                });
            }
        }
    }

    /// <summary>Marks whatever differs between the image before and a whole new one, for a loaded snapshot.</summary>
    internal void ReplayDifference(TopicsImage after)
    {
        foreach (TopicImage topic in _before.ById.Values)
        {
            if (!after.ById.ContainsKey(topic.Id))
            {
                _deleted[topic.Id] = topic;
            }
        }
        foreach (TopicImage topic in after.ById.Values)
        {
            var delta = new TopicDelta(topic.Name, topic.Id, _before.ById.GetValueOrDefault(topic.Id));
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                if (!ReferenceEquals(delta.Before?.Partition(i), topic.Partitions[i]))
                {
                    delta.Set(i, topic.Partitions[i]);
                }
            }
            _changed[topic.Id] = delta;
        }
    }

    internal TopicsImage Apply()
    {
        PersistentMap<string, TopicImage>.Builder byName = _before.ByName.ToBuilder();
        PersistentMap<Uuid, TopicImage>.Builder byId = _before.ById.ToBuilder();
        PersistentMap<string, string>.Builder byUnifiedName = _before.ByUnifiedName.ToBuilder();
        int partitionCount = _before.PartitionCount;
        // The deletions first: a topic recreated under the name of a deleted one must win it.
        foreach (TopicImage topic in _deleted.Values)
        {
            byId.Remove(topic.Id);
            byName.Remove(topic.Name);
            byUnifiedName.Remove(TopicName.UnifyCollisionCharacters(topic.Name));
            partitionCount -= topic.Partitions.Length;
        }
        foreach (TopicDelta delta in _changed.Values)
        {
            TopicImage topic = delta.Apply();
            byId.Set(topic.Id, topic);
            byName.Set(topic.Name, topic);
            if (delta.Before is null && TopicName.HasCollisionCharacters(topic.Name))
            {
                byUnifiedName.Set(TopicName.UnifyCollisionCharacters(topic.Name), topic.Name);
            }
            partitionCount += topic.Partitions.Length - (delta.Before?.Partitions.Length ?? 0);
        }
        return new TopicsImage(byName.ToImmutable(), byId.ToImmutable(), byUnifiedName.ToImmutable(), partitionCount);
    }

    private TopicDelta Touch(Uuid topicId)
    {
        if (_changed.TryGetValue(topicId, out TopicDelta? delta))
        {
            return delta;
        }
        if (_deleted.ContainsKey(topicId) || !_before.TryGet(topicId, out TopicImage? before))
        {
            throw new MetadataException($"A record of topic {topicId}, which does not exist.");
        }
        return _changed[topicId] = new TopicDelta(before.Name, topicId, before);
    }
}
