using Compat.Replication.Metadata;
using Compat.Server.Cluster;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// ListPartitionReassignments, v0: the partitions that are moving to other brokers, of the topics asked for or of all.
/// Topics that do not exist and partitions that do not move are left out.
/// </summary>
public sealed class ListPartitionReassignmentsHandler
    : ApiHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>
{
    private readonly ClusterView _cluster;

    internal ListPartitionReassignmentsHandler(ClusterView cluster) => _cluster = cluster;

    /// <inheritdoc/>
    public override ValueTask<ListPartitionReassignmentsResponse?> HandleAsync(
        ListPartitionReassignmentsRequest request, RequestContext context)
    {
        TopicsImage topics = _cluster.Image.Topics;
        var response = new ListPartitionReassignmentsResponse { ErrorMessage = null };
        if (request.Topics is null)
        {
            foreach (TopicImage topic in topics.ByName.Values)
            {
                Add(response, topic, Enumerable.Range(0, topic.Partitions.Length));
            }
        }
        else
        {
            foreach (ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics wanted in request.Topics)
            {
                if (topics.TryGet(wanted.Name, out TopicImage? topic))
                {
                    Add(response, topic, wanted.PartitionIndexes);
                }
            }
        }

        return new ValueTask<ListPartitionReassignmentsResponse?>(response);
    }

    private static void Add(ListPartitionReassignmentsResponse response, TopicImage topic, IEnumerable<int> partitions)
    {
        var described = new ListPartitionReassignmentsResponse.OngoingTopicReassignment { Name = topic.Name };
        foreach (int index in partitions)
        {
            if (topic.Partition(index) is { IsReassigning: true } partition)
            {
                described.Partitions.Add(new ListPartitionReassignmentsResponse.OngoingPartitionReassignment
                {
                    PartitionIndex = index,
                    Replicas = [.. partition.Replicas],
                    AddingReplicas = [.. partition.AddingReplicas],
                    RemovingReplicas = [.. partition.RemovingReplicas],
                });
            }
        }

        if (described.Partitions.Count > 0)
        {
            response.Topics.Add(described);
        }
    }
}
