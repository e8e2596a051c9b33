using System.Collections.Immutable;
using Compat.Replication.Metadata;

namespace Compat.Replication.Controller;

/// <summary>What the active controller knows of a broker beside the log.</summary>
public sealed record BrokerSession
{
    /// <summary>The broker epoch that it belongs to.</summary>
    public required long BrokerEpoch { get; init; }

    /// <summary>When the broker was last heard of.</summary>
    public required TimeSpan LastContact { get; init; }

    /// <summary>True if this controller has not heard of the broker and only supposes that it lives, because it did before.</summary>
    public bool IsSupposed { get; init; }

    /// <summary>Up to where the broker follows the metadata log, -1 while it has not said so.</summary>
    public long MetadataOffset { get; init; } = -1;

    /// <summary>
    /// The offset at which the broker led nothing any more; all others have to know that before it may stop. Null if
    /// it is not stopping.
    /// </summary>
    public long? ControlledShutdownOffset { get; init; }

    /// <summary>The connection that the last heartbeat came by, null if it came from this process.</summary>
    public long? ConnectionId { get; init; }
}

/// <summary>
/// The sessions of the brokers: soft state of the active controller, which begins anew with each and is in no log.
/// Immutable, so that decisions upon it are pure.
/// </summary>
/// <param name="ByBroker">The sessions by broker id. A broker without one is fenced, or was never heard of.</param>
public sealed record BrokerSessions(ImmutableSortedDictionary<int, BrokerSession> ByBroker)
{
    /// <summary>Nobody was heard of.</summary>
    public static BrokerSessions None { get; } = new(ImmutableSortedDictionary<int, BrokerSession>.Empty);

    /// <summary>
    /// The sessions that a controller begins with: it supposes that whoever is not fenced lives. Nothing is supposed of
    /// the broker of its own process: whoever was registered under that id before has ended.
    /// </summary>
    public static BrokerSessions Begin(MetadataImage image, int nodeId, TimeSpan now) => new(
        image.Cluster.Brokers.Values.Where(broker => !broker.Fenced && broker.Id != nodeId).ToImmutableSortedDictionary(
            broker => broker.Id,
            broker => new BrokerSession { BrokerEpoch = broker.Epoch, LastContact = now, IsSupposed = true }));

    /// <summary>The session of a broker's epoch, or null.</summary>
    public BrokerSession? Of(int brokerId, long brokerEpoch) =>
        ByBroker.TryGetValue(brokerId, out BrokerSession? session) && session.BrokerEpoch == brokerEpoch ? session : null;

    /// <summary>The sessions with another one of a broker.</summary>
    public BrokerSessions With(int brokerId, BrokerSession session) => new(ByBroker.SetItem(brokerId, session));

    /// <summary>The sessions without a broker's.</summary>
    public BrokerSessions Without(int brokerId) => new(ByBroker.Remove(brokerId));

    /// <summary>The sessions as if all brokers had just been heard of, after a time in which the controller could not hear anybody.</summary>
    public BrokerSessions Renew(TimeSpan now) => new(ByBroker.ToImmutableSortedDictionary(
        entry => entry.Key, entry => entry.Value with { LastContact = now }));

    /// <summary>When the first session ends if nobody is heard of; null if there is none.</summary>
    public TimeSpan? FirstEnd(TimeSpan timeout) =>
        ByBroker.IsEmpty ? null : ByBroker.Values.Min(session => session.LastContact) + timeout;
}
