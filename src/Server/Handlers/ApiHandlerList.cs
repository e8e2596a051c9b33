using Compat.Server.Cluster;
using Compat.Server.Configuration;
using Compat.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Handlers;

/// <summary>The one list of what this broker carries out. An API that is not in here is not advertised.</summary>
internal static class ApiHandlerList
{
    /// <summary>Makes the handlers of a broker.</summary>
    public static ApiHandlers Create(BrokerParts parts)
    {
        BrokerConfig config = parts.Options.Config;
        var cluster = new ClusterView(parts.ClusterId, () => parts.Image, parts.AddressOf);
        ApiHandlers? handlers = null;
        handlers = new ApiHandlers(
        [
            new ProduceHandler(parts.Lookup),
            new FetchHandler(parts.Lookup, parts.FetchSessions, parts.Deadlines, config.Network.FetchMaxBytes),
            new ListOffsetsHandler(parts.Lookup),
            new MetadataHandler(cluster, config.Topics.AutoCreateEnable ? parts.TopicCreator : null),
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
            new CreateTopicsHandler(parts.Controller),
            new DeleteTopicsHandler(parts.Controller),
            new DeleteRecordsHandler(parts.Lookup),
            new InitProducerIdHandler(
                parts.ProducerIds, config.Producers.TransactionMaxTimeoutMs, parts.Options.Loggers.CreateLogger<InitProducerIdHandler>()),
            new OffsetForLeaderEpochHandler(parts.Lookup),
            new DescribeConfigsHandler(() => parts.Image, parts.Config, parts.Options.LoggerLevels),
            new AlterConfigsHandler(parts.Controller),
            new DescribeLogDirsHandler(parts.Logs),
            new CreatePartitionsHandler(parts.Controller),
            new DeleteGroupsHandler(parts.Groups),
            new ElectLeadersHandler(parts.Controller),
            new IncrementalAlterConfigsHandler(parts.Controller, parts.Options.LoggerLevels, parts.NodeId),
            new ListPartitionReassignmentsHandler(cluster),
            new OffsetDeleteHandler(parts.Groups, () => parts.Image),
            new DescribeQuorumHandler(parts.Quorum),
            new UpdateFeaturesHandler(parts.Controller),
            new DescribeClusterHandler(cluster),
            new DescribeProducersHandler(parts.Lookup),
            new ListConfigResourcesHandler(() => parts.Image),
            new DescribeTopicPartitionsHandler(cluster, config.Network.MaxPartitionsPerDescription),
        ]);
        return handlers;
    }
}
