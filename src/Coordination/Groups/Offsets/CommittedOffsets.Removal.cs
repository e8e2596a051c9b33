using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Offsets;

/// <summary>How offsets go: by request, with their group, with their topic, or because their time is over.</summary>
internal sealed partial class CommittedOffsets
{
    /// <summary>Deletes the offsets of partitions that nobody in the group reads.</summary>
    public OffsetDeleteResponse Delete(OffsetDeleteRequest request, Group group, Turn turn)
    {
        var response = new OffsetDeleteResponse();
        foreach (OffsetDeleteRequest.OffsetDeleteRequestTopic topic in request.Topics)
        {
            var answer = new OffsetDeleteResponse.OffsetDeleteResponseTopic { Name = topic.Name };
            response.Topics.Add(answer);
            bool isSubscribed = group.IsSubscribedTo(topic.Name);
            foreach (OffsetDeleteRequest.OffsetDeleteRequestPartition partition in topic.Partitions)
            {
                answer.Partitions.Add(new()
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = isSubscribed ? ErrorCode.GroupSubscribedToTopic : ErrorCode.None,
                });
                if (!isSubscribed && Exists(request.GroupId, topic.Name, partition.PartitionIndex))
                {
                    turn.Append(GroupRecords.OffsetTombstone(request.GroupId, topic.Name, partition.PartitionIndex));
                    metrics.CountDeletions(1);
                }
            }
        }

        return response;
    }

    /// <summary>Deletes all offsets of a group, those of open transactions too.</summary>
    public void DeleteAll(string groupId, Turn turn)
    {
        var partitions = new HashSet<(string Topic, int Partition)>(_transactions.PartitionsOf(groupId));
        if (_offsets.TryGet(groupId, out TopicOffsets? topics))
        {
            partitions.UnionWith(topics.Topics.SelectMany(topic => topic.Value.Keys.Select(partition => (topic.Key, partition))));
        }

        foreach ((string topic, int partition) in partitions)
        {
            turn.Append(GroupRecords.OffsetTombstone(groupId, topic, partition));
        }

        metrics.CountDeletions(partitions.Count);
    }

    /// <summary>Deletes the offsets of a group that have expired.</summary>
    /// <returns>True when the group has no offset left.</returns>
    public bool Expire(Group group, Turn turn)
    {
        if (!_offsets.TryGet(group.GroupId, out TopicOffsets? topics))
        {
            return !_transactions.Contains(group.GroupId);
        }

        OffsetExpiry expiry = group.Expiry;
        if (!expiry.MayExpire)
        {
            return false;
        }

        var expired = new List<(string Topic, int Partition)>();
        bool isAny = false;
        foreach ((string topic, Dictionary<int, CommittedOffset> partitions) in topics.Topics)
        {
            bool isRead = group.IsSubscribedTo(topic);
            foreach ((int partition, CommittedOffset offset) in partitions)
            {
                if (isRead || !expiry.HasExpired(offset, turn.NowMs, config.OffsetsRetentionMs) ||
                    _transactions.Contains(group.GroupId, topic, partition))
                {
                    isAny = true;
                }
                else
                {
                    expired.Add((topic, partition));
                }
            }
        }

        foreach ((string topic, int partition) in expired)
        {
            turn.Append(GroupRecords.OffsetTombstone(group.GroupId, topic, partition));
        }

        metrics.CountExpirations(expired.Count);
        return !isAny && !_transactions.Contains(group.GroupId);
    }

    /// <summary>Deletes the offsets of topics that are no more. An offset without a topic id goes with any topic of its name.</summary>
    public void DeleteTopics(IReadOnlyList<DeletedTopic> deleted, Turn turn)
    {
        var gone = new HashSet<(string Group, string Topic, int Partition)>();
        foreach (DeletedTopic topic in deleted)
        {
            foreach ((string groupId, TopicOffsets topics) in _offsets.Groups)
            {
                if (topics.Topics.TryGetValue(topic.Name, out Dictionary<int, CommittedOffset>? partitions))
                {
                    gone.UnionWith(partitions.Where(entry => IsOf(entry.Value, topic.TopicId)).Select(entry => (groupId, topic.Name, entry.Key)));
                }
            }

            gone.UnionWith(_transactions.All()
                .Where(open => open.Topic == topic.Name && IsOf(open.Offset, topic.TopicId))
                .Select(open => (open.Group, open.Topic, open.Partition)));
        }

        foreach ((string groupId, string topic, int partition) in gone)
        {
            turn.Append(GroupRecords.OffsetTombstone(groupId, topic, partition));
        }

        metrics.CountDeletions(gone.Count);
    }

    private bool Exists(string groupId, string topic, int partition) =>
        _offsets.Find(groupId, topic, partition) is not null || _transactions.Contains(groupId, topic, partition);
}
