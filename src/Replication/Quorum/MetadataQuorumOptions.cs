using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Quorum;

/// <summary>What a quorum takes from the configuration of its node.</summary>
public sealed record MetadataQuorumOptions
{
    /// <summary>node.id.</summary>
    public required int NodeId { get; init; }

    /// <summary>metadata.log.dir: the log directory that has <c>__cluster_metadata-0</c> in it.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>The id of that log directory, from its meta.properties.</summary>
    public required Uuid DirectoryId { get; init; }

    /// <summary>This node's listeners for controllers; none if nobody else takes part.</summary>
    public ImmutableArray<BrokerEndpoint> Endpoints { get; init; } = [];

    /// <summary>The id of the cluster; requests of another are refused. Null to ask nobody for it.</summary>
    public string? ClusterId { get; init; }

    /// <summary>controller.quorum.voters; empty if the log keeps the voters, or this node is the only one.</summary>
    public ImmutableArray<Voter> Voters { get; init; } = [];

    /// <summary>controller.quorum.bootstrap.servers as host and port; empty for the voters.</summary>
    public ImmutableArray<(string Host, int Port)> BootstrapServers { get; init; } = [];

    /// <summary>False for a node without the controller role: it follows the log and does not vote.</summary>
    public bool CanBeVoter { get; init; } = true;

    /// <summary>The first of controller.listener.names: the listener by which controllers are asked.</summary>
    public string ControllerListener { get; init; } = "CONTROLLER";

    /// <summary>The security protocol of that listener, as in <see cref="BrokerEndpoint.SecurityProtocol"/>.</summary>
    public short ControllerProtocol { get; init; }

    /// <summary>controller.quorum.election.timeout.ms.</summary>
    public int ElectionTimeoutMs { get; init; } = 1_000;

    /// <summary>controller.quorum.fetch.timeout.ms.</summary>
    public int FetchTimeoutMs { get; init; } = 2_000;

    /// <summary>controller.quorum.election.backoff.max.ms.</summary>
    public int ElectionBackoffMaxMs { get; init; } = 1_000;

    /// <summary>controller.quorum.request.timeout.ms.</summary>
    public int RequestTimeoutMs { get; init; } = 2_000;

    /// <summary>controller.quorum.retry.backoff.ms.</summary>
    public int RetryBackoffMs { get; init; } = 20;

    /// <summary>controller.quorum.fetch.max.bytes.</summary>
    public int FetchMaxBytes { get; init; } = 1024 * 1024;

    /// <summary>controller.quorum.fetch.snapshot.max.bytes.</summary>
    public int FetchSnapshotMaxBytes { get; init; } = 1024 * 1024;

    /// <summary>How long a leader that stops waits at most until the others know.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>True if other nodes are known that may vote.</summary>
    internal bool IsAmongOthers => !BootstrapServers.IsEmpty || !CanBeVoter;

    /// <summary>Whom to ask for the leader. An address alone gets a negative id, as in Kafka.</summary>
    internal ImmutableArray<QuorumNode> BootstrapNodes() => BootstrapServers.IsEmpty
        ? [.. Voters.Select(voter => voter.NodeAt(ControllerListener)).OfType<QuorumNode>()]
        : [.. BootstrapServers.Select((server, i) => new QuorumNode(-2 - i, server.Host, server.Port))];

    /// <summary>The records that a new cluster begins with.</summary>
    public IReadOnlyList<MetadataRecord> BootstrapRecords { get; init; } =
    [
        new(new FeatureLevelRecord { Name = MetadataVersion.FeatureName, FeatureLevel = MetadataVersion.MaxLevel }, 0),
    ];

    /// <summary>metadata.log.segment.bytes.</summary>
    public int SegmentBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>metadata.log.segment.ms.</summary>
    public long SegmentMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary>metadata.max.retention.bytes: log and snapshots above which old ones go; negative for no limit.</summary>
    public long MaxRetentionBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>metadata.max.retention.ms: age above which old snapshots go; negative for no limit.</summary>
    public long MaxRetentionMs { get; init; } = 7L * 24 * 60 * 60 * 1000;
}
