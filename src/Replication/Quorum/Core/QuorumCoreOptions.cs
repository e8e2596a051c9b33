using System.Collections.Immutable;
using Compat.Replication.Metadata;

namespace Compat.Replication.Quorum.Core;

/// <summary>What the core has to know of its node. The times are Kafka's settings.</summary>
internal sealed record QuorumCoreOptions
{
    /// <summary>This node with the directory of its metadata log.</summary>
    public required ReplicaKey Self { get; init; }

    /// <summary>False for a node without the controller role, which never votes and whose log needs no flush.</summary>
    public bool CanBeVoter { get; init; } = true;

    /// <summary>The listener of controllers that this node dials.</summary>
    public string ControllerListener { get; init; } = "CONTROLLER";

    /// <summary>This node's own listeners for controllers.</summary>
    public ImmutableArray<BrokerEndpoint> Endpoints { get; init; } = [];

    /// <summary>Whom to ask for the leader while nobody is known.</summary>
    public ImmutableArray<QuorumNode> Bootstrap { get; init; } = [];

    /// <summary>controller.quorum.election.timeout.ms: an election lasts this to twice this.</summary>
    public int ElectionTimeoutMs { get; init; } = 1_000;

    /// <summary>controller.quorum.fetch.timeout.ms: a follower that has not fetched for so long looks for another leader.</summary>
    public int FetchTimeoutMs { get; init; } = 2_000;

    /// <summary>controller.quorum.election.backoff.max.ms.</summary>
    public int ElectionBackoffMaxMs { get; init; } = 1_000;

    /// <summary>controller.quorum.request.timeout.ms.</summary>
    public int RequestTimeoutMs { get; init; } = 2_000;

    /// <summary>controller.quorum.retry.backoff.ms.</summary>
    public int RetryBackoffMs { get; init; } = 20;

    /// <summary>How long a leader may keep a fetch that finds nothing new.</summary>
    public int FetchMaxWaitMs { get; init; } = 500;

    /// <summary>The most of the log that is asked for at once, bytes.</summary>
    public int FetchMaxBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>The most of a snapshot that is asked for at once, bytes.</summary>
    public int FetchSnapshotMaxBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Voters that notice something together (a start, a broken connection) wait up to this before they ask for votes, so
    /// that one of them is first. PreVote makes it harmless to be early.
    /// </summary>
    public int ElectionJitterMs { get; init; } = 100;
}
