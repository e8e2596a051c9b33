using System.Globalization;
using Compat.Log.Configuration;
using Compat.Server.Configuration.Listeners;

namespace Compat.Server.Configuration;

/// <summary>The controllers that agree on the metadata, and how they do.</summary>
public sealed record QuorumConfig
{
    /// <summary>controller.quorum.voters: the voters by node id; none if this node is the only one, or the log keeps them.</summary>
    public required IReadOnlyList<(int NodeId, string Host, int Port)> Voters { get; init; }

    /// <summary>controller.quorum.bootstrap.servers: where the quorum can be found; none for the voters.</summary>
    public required IReadOnlyList<(string Host, int Port)> BootstrapServers { get; init; }

    /// <summary>controller.listener.names: the first of them, by which controllers are asked.</summary>
    public required string ListenerName { get; init; }

    /// <summary>controller.quorum.election.timeout.ms.</summary>
    public required int ElectionTimeoutMs { get; init; }

    /// <summary>controller.quorum.fetch.timeout.ms.</summary>
    public required int FetchTimeoutMs { get; init; }

    /// <summary>controller.quorum.election.backoff.max.ms.</summary>
    public required int ElectionBackoffMaxMs { get; init; }

    /// <summary>controller.quorum.request.timeout.ms.</summary>
    public required int RequestTimeoutMs { get; init; }

    /// <summary>controller.quorum.retry.backoff.ms.</summary>
    public required int RetryBackoffMs { get; init; }

    /// <summary>controller.quorum.fetch.max.bytes.</summary>
    public required int FetchMaxBytes { get; init; }

    /// <summary>controller.quorum.fetch.snapshot.max.bytes.</summary>
    public required int FetchSnapshotMaxBytes { get; init; }

    /// <summary>True if the settings name other controllers.</summary>
    public required bool HasOthers { get; init; }

    internal static QuorumConfig From(ConfigValues values, NodeConfig node) => new()
    {
        Voters = [.. values.List("controller.quorum.voters").Select(ParseVoter)],
        BootstrapServers = [.. values.List("controller.quorum.bootstrap.servers").Select(ParseServer)],
        HasOthers = values.List("controller.quorum.voters").Length > 1 || !node.IsController,
        ListenerName = values.List("controller.listener.names")[0].ToUpperInvariant(),
        ElectionTimeoutMs = values.Required<int>("controller.quorum.election.timeout.ms"),
        FetchTimeoutMs = values.Required<int>("controller.quorum.fetch.timeout.ms"),
        ElectionBackoffMaxMs = values.Required<int>("controller.quorum.election.backoff.max.ms"),
        RequestTimeoutMs = values.Required<int>("controller.quorum.request.timeout.ms"),
        RetryBackoffMs = values.Required<int>("controller.quorum.retry.backoff.ms"),
        FetchMaxBytes = values.Required<int>("controller.quorum.fetch.max.bytes"),
        FetchSnapshotMaxBytes = values.Required<int>("controller.quorum.fetch.snapshot.max.bytes"),
    };

    /// <summary>Checks what has to hold between these settings and the node's own.</summary>
    /// <exception cref="ConfigException">Something does not hold.</exception>
    internal void Check(NodeConfig node, ListenerConfig listeners, ConfigValues values)
    {
        bool isVoter = Voters.Any(voter => voter.NodeId == node.NodeId);
        string text = string.Join(',', values.List("controller.quorum.voters"));
        if (Voters.Count > 0 && node.IsController != isVoter)
        {
            throw new ConfigException("controller.quorum.voters", text, node.IsController
                ? $"node {node.NodeId} is a controller and has to be one of the voters"
                : $"node {node.NodeId} is not a controller and must not be one of the voters");
        }

        if (!node.IsController && BootstrapServers.Count == 0 && Voters.Count == 0)
        {
            throw new ConfigException("process.roles", "broker",
                "a node that is no controller needs controller.quorum.voters or controller.quorum.bootstrap.servers to find one");
        }

        // A standalone controller names itself, as in the configuration that comes with Apache Kafka.
        bool namesOthers = BootstrapServers.Any(server => listeners.ControllerListeners.All(listener => listener.Port != server.Port));
        if (node.IsController && namesOthers && Voters.Count == 0)
        {
            throw new ConfigException("controller.quorum.bootstrap.servers", string.Join(',', values.List("controller.quorum.bootstrap.servers")),
                "a controller needs controller.quorum.voters too: voters cannot join a quorum that is running");
        }
    }

    // Both forms were checked when the setting was read.
    private static (int NodeId, string Host, int Port) ParseVoter(string text)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        (string host, int port) = ParseServer(text[(at + 1)..]);
        return (int.Parse(text.AsSpan(0, at), CultureInfo.InvariantCulture), host, port);
    }

    private static (string Host, int Port) ParseServer(string text)
    {
        HostAndPort.TryParse(text, out HostAndPort parsed);
        return (parsed.Host, parsed.Port);
    }
}
