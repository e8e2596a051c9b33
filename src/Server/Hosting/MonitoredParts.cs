using Compat.Server.Configuration.Listeners;
using Compat.Server.Health;
using Compat.Server.Metrics;
using Compat.Server.Transport;

namespace Compat.Server.Hosting;

/// <summary>What of a broker's parts is shown as metrics, and what has to be right for it to be ready.</summary>
internal static class MonitoredParts
{
    /// <summary>The metrics that are read out of the parts.</summary>
    public static IEnumerable<IMetricSource> Sources(BrokerParts parts, ConnectionServer server, IReadOnlyList<ListenerEndpoint> listeners) =>
    [
        new ServerMetricSource(parts.FetchSessions),
        new TopicMetricSource(parts.Partitions),
        new ReplicaMetricSource(parts.Partitions, () => parts.Image, parts.NodeId),
        new ControllerMetricSource(() => parts.Image, () => parts.Controller.IsActive, parts.Quorum),
        new ConnectionMetricSource(server.Connections, [.. listeners.Select(listener => listener.Name)]),
        new ClusterMetricSource(() => parts.Image, parts.Partitions),
        new LogMetricSource(parts.Logs),
        new LogCleanerMetricSource(parts.Logs),
        new GroupMetricSource(parts.Groups, parts.Partitions),
    ];

    /// <summary>The checks of /health/ready: with all of them right, a produce, a fetch and a group join succeed.</summary>
    public static IEnumerable<IHealthCheck> Checks(BrokerParts parts, IReadOnlyList<ListenerEndpoint> listeners) =>
    [
        new MetadataCheck(() => parts.Image, () => parts.Quorum.Leader.HasLeader, parts.Options.Config.Node.IsBroker ? parts.NodeId : null),
        new LogDirectoriesCheck(() => parts.Logs.Directories.Select(directory => (directory.Path, directory.Failure)), parts.Options.Storage),
        new ListenersCheck(() => listeners),
        new GroupsCheck(parts.Groups),
    ];
}
