using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Offsets;

/// <summary>OffsetFetch: a partition without an offset, or a group that nobody knows, is answered with offset -1 and no error.</summary>
internal sealed partial class CommittedOffsets
{
    private const long NoOffset = -1;
    private const int NoLeaderEpoch = -1;

    /// <summary>The offsets a request asks for.</summary>
    /// <param name="request">The group and its partitions; all when the topics are null.</param>
    /// <param name="requireStable">Whether an offset that an open transaction may replace is an error (KIP-447).</param>
    /// <param name="isKnown">Whether the group exists.</param>
    public OffsetFetchResponse.OffsetFetchResponseGroup Fetch(
        OffsetFetchRequest.OffsetFetchRequestGroup request, bool requireStable, bool isKnown)
    {
        var response = new OffsetFetchResponse.OffsetFetchResponseGroup { GroupId = request.GroupId };
        TopicOffsets? offsets = null;
        if (isKnown)
        {
            _offsets.TryGet(request.GroupId, out offsets);
        }

        if (request.Topics is null)
        {
            FetchAll(request.GroupId, offsets, requireStable, response);
            return response;
        }

        foreach (OffsetFetchRequest.OffsetFetchRequestTopics topic in request.Topics)
        {
            var answer = new OffsetFetchResponse.OffsetFetchResponseTopics { Name = topic.Name, TopicId = topic.TopicId };
            response.Topics.Add(answer);
            foreach (int partition in topic.PartitionIndexes)
            {
                bool isUnstable = requireStable && isKnown && _transactions.Contains(request.GroupId, topic.Name, partition);
                CommittedOffset? offset = offsets?.Find(topic.Name, partition);
                answer.Partitions.Add(Answer(partition, IsOf(offset, topic.TopicId) ? offset : null, isUnstable));
            }
        }

        return response;
    }

    private void FetchAll(
        string groupId, TopicOffsets? offsets, bool requireStable, OffsetFetchResponse.OffsetFetchResponseGroup response)
    {
        if (offsets is null)
        {
            return;
        }

        foreach ((string topic, Dictionary<int, CommittedOffset> partitions) in offsets.Topics)
        {
            var answer = new OffsetFetchResponse.OffsetFetchResponseTopics { Name = topic };
            response.Topics.Add(answer);
            foreach ((int partition, CommittedOffset offset) in partitions)
            {
                bool isUnstable = requireStable && _transactions.Contains(groupId, topic, partition);
                answer.Partitions.Add(Answer(partition, offset, isUnstable));
            }
        }
    }

    /// <summary>Whether an offset is of the topic that is asked for, and not of one of the same name that was deleted.</summary>
    private static bool IsOf(CommittedOffset? offset, Uuid topicId) =>
        offset is not null && (offset.TopicId == Uuid.Zero || topicId == Uuid.Zero || offset.TopicId == topicId);

    private static OffsetFetchResponse.OffsetFetchResponsePartitions Answer(int partition, CommittedOffset? offset, bool isUnstable)
    {
        CommittedOffset? shown = isUnstable ? null : offset;
        return new OffsetFetchResponse.OffsetFetchResponsePartitions
        {
            PartitionIndex = partition,
            CommittedOffset = shown?.Offset ?? NoOffset,
            CommittedLeaderEpoch = shown?.LeaderEpoch ?? NoLeaderEpoch,
            Metadata = shown?.Metadata ?? "",
            ErrorCode = isUnstable ? ErrorCode.UnstableOffsetCommit : ErrorCode.None,
        };
    }
}
