using Compat.Server.Hosting;

namespace Compat.Server.Handlers;

/// <summary>The one list of what this broker carries out. An API that is not in here is not advertised.</summary>
internal static class ApiHandlerList
{
    /// <summary>Makes the handlers of a broker.</summary>
    public static ApiHandlers Create(BrokerParts parts)
    {
        ApiHandlers? handlers = null;
        handlers = new ApiHandlers(
        [
            new ProduceHandler(parts.Lookup),
            new FetchHandler(parts.Lookup, parts.FetchSessions, parts.Deadlines, parts.Options.Config.Network.FetchMaxBytes),
            new ListOffsetsHandler(parts.Lookup),
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
            new DeleteRecordsHandler(parts.Lookup),
            new OffsetForLeaderEpochHandler(parts.Lookup),
            new DescribeConfigsHandler(() => parts.Image, parts.Config, parts.Options.LoggerLevels),
            new AlterConfigsHandler(parts.Controller),
            new DeleteGroupsHandler(parts.Groups),
            new IncrementalAlterConfigsHandler(parts.Controller, parts.Options.LoggerLevels, parts.NodeId),
            new OffsetDeleteHandler(parts.Groups, () => parts.Image),
            new DescribeProducersHandler(parts.Lookup),
            new ListConfigResourcesHandler(() => parts.Image),
        ]);
        return handlers;
    }
}
