using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>The nodes of the cluster. Immutable.</summary>
/// <param name="Brokers">Registered brokers by id, fenced ones included.</param>
/// <param name="Controllers">Registrations of controllers by id.</param>
public sealed record ClusterImage(
    ImmutableSortedDictionary<int, BrokerRegistration> Brokers,
    ImmutableSortedDictionary<int, RegisterControllerRecord> Controllers)
{
    /// <summary>No nodes.</summary>
    public static ClusterImage Empty { get; } = new(
        ImmutableSortedDictionary<int, BrokerRegistration>.Empty,
        ImmutableSortedDictionary<int, RegisterControllerRecord>.Empty);

    /// <summary>Finds a broker.</summary>
    public bool TryGetBroker(int id, [NotNullWhen(true)] out BrokerRegistration? broker) =>
        Brokers.TryGetValue(id, out broker);

    /// <summary>True if the broker may lead partitions.</summary>
    public bool IsActive(int brokerId) => TryGetBroker(brokerId, out BrokerRegistration? broker) && broker.IsActive;
}
