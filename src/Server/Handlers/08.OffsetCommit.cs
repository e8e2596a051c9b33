using Compat.Coordination.Groups;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using AnsweredPartition = Compat.Wire.Messages.OffsetCommitResponse.OffsetCommitResponsePartition;

namespace Compat.Server.Handlers;

/// <summary>
/// OffsetCommit, v2-10: keeps offsets of a group. Partitions that do not exist are refused one by one. v2-4 carry a retention time, since v5
/// the broker's holds (KIP-211); v7 knows static members; v10 names topics by id, of which the unknown are UNKNOWN_TOPIC_ID.
/// </summary>
public sealed class OffsetCommitHandler(GroupCoordinator groups, Func<MetadataImage> image)
    : ApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    private const short TopicIdVersion = 10;

    /// <inheritdoc/>
    public override async ValueTask<OffsetCommitResponse?> HandleAsync(OffsetCommitRequest request, RequestContext context)
    {
        var response = new OffsetCommitResponse();
        List<AnsweredPartition> pending = Sort(request, response, context.ApiVersion >= TopicIdVersion);
        if (pending.Count == 0)
        {
            return response;
        }

        // The coordinator answers what it was asked in the order it was asked.
        OffsetCommitResponse committed = await groups.CommitOffsetsAsync(request, context.ForGroups()).ConfigureAwait(false);
        int next = 0;
        foreach (OffsetCommitResponse.OffsetCommitResponseTopic topic in committed.Topics)
        {
            foreach (AnsweredPartition partition in topic.Partitions)
            {
                pending[next++].ErrorCode = partition.ErrorCode;
            }
        }

        return response;
    }

    /// <summary>Answers what does not exist and leaves in the request what does; returns the answers that are the coordinator's.</summary>
    private List<AnsweredPartition> Sort(OffsetCommitRequest request, OffsetCommitResponse response, bool byId)
    {
        TopicsImage topics = image().Topics;
        var pending = new List<AnsweredPartition>();
        foreach (OffsetCommitRequest.OffsetCommitRequestTopic topic in request.Topics)
        {
            TopicImage? found;
            ErrorCode unknown = byId ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
            bool exists = byId ? topics.TryGet(topic.TopicId, out found) : topics.TryGet(topic.Name, out found);
            var answer = new OffsetCommitResponse.OffsetCommitResponseTopic { Name = found?.Name ?? topic.Name, TopicId = found?.Id ?? topic.TopicId };
            response.Topics.Add(answer);
            foreach (OffsetCommitRequest.OffsetCommitRequestPartition partition in topic.Partitions)
            {
                bool isKnown = found?.Partition(partition.PartitionIndex) is not null;
                var answered = new AnsweredPartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = isKnown ? ErrorCode.None : exists ? ErrorCode.UnknownTopicOrPartition : unknown,
                };
                answer.Partitions.Add(answered);
                if (isKnown)
                {
                    pending.Add(answered);
                }
            }

            topic.Name = answer.Name;
            topic.TopicId = answer.TopicId;
            topic.Partitions.RemoveAll(partition => found?.Partition(partition.PartitionIndex) is null);
        }

        return pending;
    }
}
