using Compat.Coordination.Groups;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using AnsweredPartition = Compat.Wire.Messages.OffsetDeleteResponse.OffsetDeleteResponsePartition;

namespace Compat.Server.Handlers;

/// <summary>OffsetDelete, v0: deletes offsets of topics that the group does not read now (KIP-496).</summary>
public sealed class OffsetDeleteHandler(GroupCoordinator groups, Func<MetadataImage> image)
    : ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    /// <inheritdoc/>
    public override async ValueTask<OffsetDeleteResponse?> HandleAsync(OffsetDeleteRequest request, RequestContext context)
    {
        var response = new OffsetDeleteResponse();
        List<AnsweredPartition> pending = Sort(request, response);

        // Asked even when nothing is left to delete: the group may not exist, which is the more important answer.
        OffsetDeleteResponse deleted = await groups.DeleteOffsetsAsync(request).ConfigureAwait(false);
        if (deleted.ErrorCode != ErrorCode.None)
        {
            return deleted;
        }

        int next = 0;
        foreach (OffsetDeleteResponse.OffsetDeleteResponseTopic topic in deleted.Topics)
        {
            foreach (AnsweredPartition partition in topic.Partitions)
            {
                pending[next++].ErrorCode = partition.ErrorCode;
            }
        }

        return response;
    }

    private List<AnsweredPartition> Sort(OffsetDeleteRequest request, OffsetDeleteResponse response)
    {
        TopicsImage topics = image().Topics;
        var pending = new List<AnsweredPartition>();
        foreach (OffsetDeleteRequest.OffsetDeleteRequestTopic topic in request.Topics)
        {
            topics.TryGet(topic.Name, out TopicImage? found);
            var answer = new OffsetDeleteResponse.OffsetDeleteResponseTopic { Name = topic.Name };
            response.Topics.Add(answer);
            foreach (OffsetDeleteRequest.OffsetDeleteRequestPartition partition in topic.Partitions)
            {
                bool isKnown = found?.Partition(partition.PartitionIndex) is not null;
                var answered = new AnsweredPartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = isKnown ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition,
                };
                answer.Partitions.Add(answered);
                if (isKnown)
                {
                    pending.Add(answered);
                }
            }

            topic.Partitions.RemoveAll(partition => found?.Partition(partition.PartitionIndex) is null);
        }

        return pending;
    }
}
