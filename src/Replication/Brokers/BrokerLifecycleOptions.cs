using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Brokers;

/// <summary>What a broker says of itself to the controller.</summary>
public sealed record BrokerLifecycleOptions
{
    /// <summary>node.id.</summary>
    public required int BrokerId { get; init; }

    /// <summary>The id of the cluster that it belongs to.</summary>
    public required string ClusterId { get; init; }

    /// <summary>A random id of the process.</summary>
    public required Uuid IncarnationId { get; init; }

    /// <summary>Its advertised listeners.</summary>
    public required ImmutableArray<BrokerEndpoint> Endpoints { get; init; }

    /// <summary>Ids of its log directories that work; one at least.</summary>
    public required ImmutableArray<Uuid> Directories { get; init; }

    /// <summary>broker.rack, or null.</summary>
    public string? Rack { get; init; }

    /// <summary>The broker epoch in which the former process ended in order, -1 if it did not.</summary>
    public long PreviousBrokerEpoch { get; init; } = -1;

    /// <summary>broker.heartbeat.interval.ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(2_000);

    /// <summary>initial.broker.registration.timeout.ms: how long the start waits until the broker may serve.</summary>
    public TimeSpan RegistrationTimeout { get; init; } = TimeSpan.FromMilliseconds(60_000);
}
