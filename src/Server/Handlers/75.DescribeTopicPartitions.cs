using Compat.Replication.Metadata;
using Compat.Server.Cluster;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DescribeTopicPartitions, v0: topics in the order of their names, partition by partition in pages (KIP-966). An answer that
/// is full names where the next one begins. Nothing is created.
/// </summary>
public sealed class DescribeTopicPartitionsHandler : ApiHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>
{
    private readonly ClusterView _cluster;
    private readonly int _maxPartitions;

    /// <summary>Answers from the image.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="maxPartitions">max.request.partition.size.limit: most partitions of an answer, 1 or more.</param>
    internal DescribeTopicPartitionsHandler(ClusterView cluster, int maxPartitions)
    {
        _cluster = cluster;
        _maxPartitions = maxPartitions;
    }

    /// <inheritdoc/>
    public override ValueTask<DescribeTopicPartitionsResponse?> HandleAsync(
        DescribeTopicPartitionsRequest request, RequestContext context)
    {
        DescribeTopicPartitionsRequest.CursorData? cursor = request.Cursor;
        bool isInvalid = cursor is not null && (cursor.PartitionIndex < 0
            || (request.Topics.Count > 0 && request.Topics.All(topic => topic.Name != cursor.TopicName)));
        return new ValueTask<DescribeTopicPartitionsResponse?>(isInvalid ? Refuse(request) : Describe(request, context));
    }

    private static DescribeTopicPartitionsResponse Refuse(DescribeTopicPartitionsRequest request) => new()
    {
        Topics =
        [
            .. request.Topics.Select(topic => new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
            {
                ErrorCode = ErrorCode.InvalidRequest,
                Name = topic.Name,
            }),
        ],
    };

    private DescribeTopicPartitionsResponse Describe(DescribeTopicPartitionsRequest request, RequestContext context)
    {
        MetadataImage image = _cluster.Image;
        var page = new Page(
            image,
            new PartitionView(image, _cluster, context.Connection),
            Math.Max(Math.Min(_maxPartitions, request.ResponsePartitionLimit), 1));
        string from = request.Cursor?.TopicName ?? string.Empty;
        bool isForAll = request.Topics.Count == 0;
        IEnumerable<string> names = isForAll ? image.Topics.ByName.Keys : request.Topics.Select(topic => topic.Name).Distinct();
        foreach (string name in names.Where(name => string.CompareOrdinal(name, from) >= 0).Order(StringComparer.Ordinal))
        {
            int firstPartition = name == from && request.Cursor is { } cursor ? cursor.PartitionIndex : 0;
            if (!page.TryAdd(name, firstPartition))
            {
                break;
            }
        }

        return page.Response;
    }

    /// <summary>An answer that fills up.</summary>
    private sealed class Page(MetadataImage image, PartitionView view, int limit)
    {
        private int _left = limit;

        public DescribeTopicPartitionsResponse Response { get; } = new();

        /// <summary>Adds what there is room for; false if the rest, or all of it, is for the next page.</summary>
        public bool TryAdd(string name, int firstPartition)
        {
            if (_left == 0)
            {
                return ContinueAt(name, 0);
            }

            if (!image.Topics.TryGet(name, out TopicImage? topic))
            {
                Response.Topics.Add(Unknown(name));
                return true;
            }

            int end = (int)Math.Min(topic.Partitions.Length, (long)firstPartition + _left);
            var described = new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
            {
                Name = name,
                TopicId = topic.Id,
                IsInternal = topic.IsInternal,
                TopicAuthorizedOperations = AuthorizedOperations.Topic,
            };
            for (int i = firstPartition; i < end; i++)
            {
                described.Partitions.Add(Describe(i, topic.Partitions[i]));
                _left--;
            }

            Response.Topics.Add(described);
            return end >= topic.Partitions.Length || ContinueAt(name, end);
        }

        private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Unknown(string name) => new()
        {
            ErrorCode = TopicName.IsValid(name) ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopicException,
            Name = name,
            IsInternal = TopicName.IsInternal(name),
            TopicAuthorizedOperations = AuthorizedOperations.Topic,
        };

        private bool ContinueAt(string topic, int partition)
        {
            Response.NextCursor = new DescribeTopicPartitionsResponse.Cursor { TopicName = topic, PartitionIndex = partition };
            return false;
        }

        private DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition Describe(
            int index, PartitionRegistration partition) => new()
            {
                PartitionIndex = index,
                LeaderId = view.IsReachable(partition.Leader) ? partition.Leader : PartitionRegistration.NoLeader,
                LeaderEpoch = partition.LeaderEpoch,
                ReplicaNodes = view.Share(partition.Replicas),
                IsrNodes = view.Share(partition.Isr),
                EligibleLeaderReplicas = view.Share(partition.EligibleLeaderReplicas),
                LastKnownElr = view.Share(partition.LastKnownElr),
                OfflineReplicas = view.OfflineReplicas(partition),
            };
    }
}
