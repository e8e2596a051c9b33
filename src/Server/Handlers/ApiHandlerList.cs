using Compat.Server.Cluster;
using Compat.Server.Configuration;
using Compat.Server.Forwarding;
using Compat.Server.Hosting;
using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Handlers;

/// <summary>
/// What this node carries out, as a broker and as a controller. An API that is not in the list of a listener's role is not
/// advertised there. What only the active controller decides is in both: a broker forwards it.
/// </summary>
internal static class ApiHandlerList
{
    /// <summary>Makes the handlers of the listeners for clients and brokers.</summary>
    public static ApiHandlers Create(BrokerParts parts)
    {
        BrokerConfig config = parts.Options.Config;
        Forwarder forwarder = parts.Forwarder;
        var cluster = new ClusterView(parts.ClusterId, () => parts.Image, parts.AddressOf);
        ApiHandlers? handlers = null;
        handlers = new ApiHandlers(
        [
            new ProduceHandler(parts.Lookup),
            new FetchHandler(parts.Lookup, parts.PreferredReplicas, parts.FetchSessions, parts.Deadlines, parts.Owed, config.Network.FetchMaxBytes, parts.Throttle),
            new ListOffsetsHandler(parts.Lookup),
            new MetadataHandler(cluster, config.Topics.AutoCreateEnable ? parts.TopicCreator : null, parts.Vanished),
            new OffsetCommitHandler(parts.Groups, () => parts.Image),
            new OffsetFetchHandler(parts.Groups, () => parts.Image),
            new FindCoordinatorHandler(parts.Groups, parts.TopicCreator, () => parts.Image, parts.AddressOf),
            new JoinGroupHandler(parts.Groups),
            new HeartbeatHandler(parts.Groups),
            new LeaveGroupHandler(parts.Groups),
            new SyncGroupHandler(parts.Groups),
            new DescribeGroupsHandler(parts.Groups),
            new ListGroupsHandler(parts.Groups),
            new ApiVersionsHandler(() => handlers!, parts),
            Forward(new CreateTopicsHandler(parts.Controller), forwarder),
            Forward(new DeleteTopicsHandler(parts.Controller), forwarder),
            new DeleteRecordsHandler(parts.Lookup),
            new InitProducerIdHandler(
                parts.ProducerIds, config.Producers.TransactionMaxTimeoutMs, parts.Options.Loggers.CreateLogger<InitProducerIdHandler>()),
            new OffsetForLeaderEpochHandler(parts.Lookup),
            new DescribeConfigsHandler(() => parts.Image, parts.Config, parts.Options.LoggerLevels),
            new AlterConfigsHandler(Forward(new ControllerAlterConfigsHandler(parts.Controller), forwarder), parts.NodeId),
            new DescribeLogDirsHandler(parts.Logs),
            Forward(new CreatePartitionsHandler(parts.Controller), forwarder),
            new DeleteGroupsHandler(parts.Groups),
            Forward(new ElectLeadersHandler(parts.Controller), forwarder),
            new IncrementalAlterConfigsHandler(
                Forward(new ControllerIncrementalAlterConfigsHandler(parts.Controller), forwarder), parts.Options.LoggerLevels, parts.NodeId),
            Forward(new AlterPartitionReassignmentsHandler(parts.Controller), forwarder),
            new ListPartitionReassignmentsHandler(cluster),
            new OffsetDeleteHandler(parts.Groups, () => parts.Image),
            Forward(new DescribeQuorumHandler(parts.Quorum), forwarder),
            Forward(new UpdateFeaturesHandler(parts.Controller), forwarder),
            new DescribeClusterHandler(cluster),
            new DescribeProducersHandler(parts.Lookup),
            Forward(new UnregisterBrokerHandler(parts.Controller), forwarder),
            new ListConfigResourcesHandler(() => parts.Image),
            new DescribeTopicPartitionsHandler(cluster, config.Network.MaxPartitionsPerDescription),
            Forward(new UnregisterControllerHandler(parts.Controller), forwarder),
        ]);
        return handlers;
    }

    /// <summary>Makes the handlers of the controllers' listeners.</summary>
    public static ApiHandlers CreateForController(BrokerParts parts)
    {
        var cluster = new ClusterView(parts.ClusterId, () => parts.Image, parts.AddressOf);
        ApiHandlers? handlers = null;
        handlers = new ApiHandlers(
        [
            new ControllerFetchHandler(parts.QuorumServer),
            new ApiVersionsHandler(() => handlers!, parts),
            new CreateTopicsHandler(parts.Controller),
            new DeleteTopicsHandler(parts.Controller),
            new DescribeConfigsHandler(() => parts.Image, parts.Config, parts.Options.LoggerLevels),
            new ControllerAlterConfigsHandler(parts.Controller),
            new CreatePartitionsHandler(parts.Controller),
            new ElectLeadersHandler(parts.Controller),
            new ControllerIncrementalAlterConfigsHandler(parts.Controller),
            new AlterPartitionReassignmentsHandler(parts.Controller),
            new ListPartitionReassignmentsHandler(cluster),
            new VoteHandler(parts.QuorumServer),
            new BeginQuorumEpochHandler(parts.QuorumServer),
            new EndQuorumEpochHandler(parts.QuorumServer),
            new DescribeQuorumHandler(parts.Quorum),
            new AlterPartitionHandler(parts.Controller),
            new UpdateFeaturesHandler(parts.Controller),
            new FetchSnapshotHandler(parts.QuorumServer),
            new EnvelopeHandler(parts.Controller, () => handlers!),
            new BrokerRegistrationHandler(parts.Controller),
            new BrokerHeartbeatHandler(parts.Controller),
            new UnregisterBrokerHandler(parts.Controller),
            new AllocateProducerIdsHandler(parts.Controller),
            new ControllerRegistrationHandler(parts.Controller),
            new AssignReplicasToDirsHandler(parts.Controller),
            new UnregisterControllerHandler(parts.Controller),
        ]);
        return handlers;
    }

    private static ForwardingHandler<TRequest, TResponse> Forward<TRequest, TResponse>(ApiHandler<TRequest, TResponse> handler, Forwarder forwarder)
        where TRequest : class, IWireMessage<TRequest>, IRequest
        where TResponse : class, IWireMessage<TResponse> => new(handler, forwarder);
}
