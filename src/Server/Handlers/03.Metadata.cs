using Compat.Replication.Brokers;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Server.Cluster;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// Metadata, v0-13: the brokers, and topics with their partitions and leaders. v0 asks for all topics by an empty list, from
/// v1 on by null. From v4 on the client says whether topics may be created; before, they may. A topic that is created is
/// answered with its leaders, not with an error and a hope. From v10 on topics have ids, from v12 on they can be asked for by
/// them. v8-10 tell what the client may do to the cluster. v13 has an error of its own for clients that reached the wrong cluster.
/// While a broker has vanished of whom the metadata does not know that yet, answers wait for it, a second at most.
/// </summary>
public sealed class MetadataHandler : ApiHandler<MetadataRequest, MetadataResponse>
{
    private const short FirstWithTopicIds = 12;
    private const short FirstWithListenerNotFound = 6;

    private readonly ClusterView _cluster;
    private readonly IAutoTopicCreator? _creator;
    private readonly VanishedBrokers? _vanished;

    /// <summary>Answers from the image.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="creator">Creates topics that are asked for, or null if that is switched off.</param>
    /// <param name="vanished">The brokers that are gone and that the image does not know of; null for none ever.</param>
    internal MetadataHandler(ClusterView cluster, IAutoTopicCreator? creator, VanishedBrokers? vanished = null)
    {
        _cluster = cluster;
        _creator = creator;
        _vanished = vanished;
    }

    /// <inheritdoc/>
    public override ValueTask<MetadataResponse?> HandleAsync(MetadataRequest request, RequestContext context)
    {
        if (IsInvalid(request, context.ApiVersion))
        {
            return new ValueTask<MetadataResponse?>(Refuse(request));
        }

        return _vanished is { IsEmpty: false } ? WaitAndAnswerAsync(_vanished, request, context) : AnswerAsync(request, context);
    }

    private async ValueTask<MetadataResponse?> WaitAndAnswerAsync(VanishedBrokers vanished, MetadataRequest request, RequestContext context)
    {
        await vanished.WhenKnownAsync().WaitAsync(context.ConnectionClosed);
        return await AnswerAsync(request, context);
    }

    private ValueTask<MetadataResponse?> AnswerAsync(MetadataRequest request, RequestContext context)
    {
        string[] missing = MissingTopics(request, context.ApiVersion);
        return missing.Length == 0
            ? new ValueTask<MetadataResponse?>(Describe(request, context, failures: null))
            : CreateAndDescribeAsync(missing, request, context);
    }

    private async ValueTask<MetadataResponse?> CreateAndDescribeAsync(
        string[] missing, MetadataRequest request, RequestContext context)
    {
        IReadOnlyDictionary<string, ErrorCode> failures = await _creator!.CreateAsync(missing, context.ConnectionClosed);
        return Describe(request, context, failures);
    }

    private static bool AsksForAll(MetadataRequest request, short version) =>
        request.Topics is null || (version == 0 && request.Topics.Count == 0);

    // Topic ids are in the request from v10 on, but nobody could answer to them before v12.
    private static bool IsInvalid(MetadataRequest request, short version) => request.Topics is { } topics && topics.Any(
        topic => version < FirstWithTopicIds ? topic.Name is null || topic.TopicId != Uuid.Zero : topic.Name is null && topic.TopicId == Uuid.Zero);

    private static MetadataResponse Refuse(MetadataRequest request) => new()
    {
        Topics =
        [
            .. request.Topics!.Select(topic => new MetadataResponse.MetadataResponseTopic
            {
                ErrorCode = ErrorCode.InvalidRequest,
                Name = topic.Name ?? string.Empty,
                TopicId = topic.TopicId,
            }),
        ],
    };

    private string[] MissingTopics(MetadataRequest request, short version)
    {
        if (_creator is null || !request.AllowAutoTopicCreation || AsksForAll(request, version) || AsksById(request))
        {
            return [];
        }

        TopicsImage topics = _cluster.Image.Topics;
        return [.. request.Topics!.Select(topic => topic.Name!).Where(name => !topics.ByName.ContainsKey(name)).Distinct()];
    }

    private static bool AsksById(MetadataRequest request) => request.Topics!.Any(topic => topic.TopicId != Uuid.Zero);

    private MetadataResponse Describe(
        MetadataRequest request, RequestContext context, IReadOnlyDictionary<string, ErrorCode>? failures)
    {
        MetadataImage image = _cluster.Image;
        var description = new Description(this, image, request, context, failures);
        var response = new MetadataResponse
        {
            ClusterId = _cluster.ClusterId,
            ControllerId = ClusterView.ControllerId(image),
            Topics = description.Topics(),
        };
        if (request.IncludeClusterAuthorizedOperations)
        {
            response.ClusterAuthorizedOperations = AuthorizedOperations.Cluster;
        }

        AddBrokers(response, image, context);
        return response;
    }

    private void AddBrokers(MetadataResponse response, MetadataImage image, RequestContext context)
    {
        foreach (BrokerRegistration broker in image.Cluster.Brokers.Values)
        {
            if (!broker.Fenced && _cluster.AddressOf(broker.Id, context.Connection) is { } address)
            {
                response.Brokers.Add(new MetadataResponse.MetadataResponseBroker
                {
                    NodeId = broker.Id,
                    Host = address.Host,
                    Port = address.Port,
                    Rack = broker.Rack,
                });
            }
        }
    }

    /// <summary>The description of the topics in one answer.</summary>
    private sealed class Description(
        MetadataHandler handler,
        MetadataImage image,
        MetadataRequest request,
        RequestContext context,
        IReadOnlyDictionary<string, ErrorCode>? failures)
    {
        private readonly PartitionView _view = new(image, handler._cluster, context.Connection);

        public List<MetadataResponse.MetadataResponseTopic> Topics()
        {
            if (AsksForAll(request, context.ApiVersion))
            {
                return [.. image.Topics.ByName.Values.Select(Topic)];
            }

            return AsksById(request)
                ? [.. request.Topics!.Select(topic => topic.TopicId).Where(id => id != Uuid.Zero).Distinct().Select(TopicOf)]
                : [.. request.Topics!.Select(topic => topic.Name!).Distinct().Select(TopicOf)];
        }

        private MetadataResponse.MetadataResponseTopic TopicOf(Uuid id) => image.Topics.TryGet(id, out TopicImage? topic)
            ? Topic(topic)
            : new() { ErrorCode = ErrorCode.UnknownTopicId, Name = null, TopicId = id };

        private MetadataResponse.MetadataResponseTopic TopicOf(string name)
        {
            if (image.Topics.TryGet(name, out TopicImage? topic))
            {
                return Topic(topic);
            }

            ErrorCode error = TopicName.IsValid(name) ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopicException;
            return WithOperations(new()
            {
                ErrorCode = failures?.GetValueOrDefault(name) is { } failure and not ErrorCode.None ? failure : error,
                Name = name,
                IsInternal = TopicName.IsInternal(name),
            });
        }

        private MetadataResponse.MetadataResponseTopic Topic(TopicImage topic)
        {
            var described = new MetadataResponse.MetadataResponseTopic
            {
                Name = topic.Name,
                TopicId = topic.Id,
                IsInternal = topic.IsInternal,
                Partitions = new List<MetadataResponse.MetadataResponsePartition>(topic.Partitions.Length),
            };
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                described.Partitions.Add(Partition(i, topic.Partitions[i]));
            }

            return WithOperations(described);
        }

        private MetadataResponse.MetadataResponsePartition Partition(int index, PartitionRegistration partition)
        {
            ErrorCode error = _view.LeaderError(partition, context.ApiVersion >= FirstWithListenerNotFound);
            return new MetadataResponse.MetadataResponsePartition
            {
                ErrorCode = error,
                PartitionIndex = index,
                LeaderId = error == ErrorCode.None ? partition.Leader : PartitionRegistration.NoLeader,
                LeaderEpoch = partition.LeaderEpoch,
                ReplicaNodes = _view.Share(partition.Replicas),
                IsrNodes = _view.Share(partition.Isr),
                OfflineReplicas = _view.OfflineReplicas(partition),
            };
        }

        private MetadataResponse.MetadataResponseTopic WithOperations(MetadataResponse.MetadataResponseTopic topic)
        {
            if (request.IncludeTopicAuthorizedOperations)
            {
                topic.TopicAuthorizedOperations = AuthorizedOperations.Topic;
            }

            return topic;
        }
    }
}
