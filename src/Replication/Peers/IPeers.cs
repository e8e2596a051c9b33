using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Peers;

/// <summary>The other nodes of the cluster, as this node asks them: Kafka requests over Kafka's protocol.</summary>
public interface IPeers
{
    /// <summary>
    /// Opens a connection of the caller's own. Nothing is dialled before its first request. A node answers the requests
    /// of a connection in their order, so what must not wait behind a long poll has another connection.
    /// </summary>
    /// <param name="endpoint">The listener of the node that is asked.</param>
    /// <param name="observer">Told when the connection is made and when it breaks; null for nobody.</param>
    IPeerConnection Open(BrokerEndpoint endpoint, IPeerObserver? observer = null);
}

/// <summary>
/// A connection to one listener of one node, made by the first request and made again, with a growing pause, by the
/// first request after it broke. Safe to use from many threads; requests leave in the order of the calls.
/// </summary>
public interface IPeerConnection : IAsyncDisposable
{
    /// <summary>Where it leads to.</summary>
    BrokerEndpoint Endpoint { get; }

    /// <summary>True while requests can be sent at once.</summary>
    bool IsConnected { get; }

    /// <summary>
    /// Sends a request in the highest version that both sides know, and waits for its answer. A failure is a value; the
    /// only exception is that of <paramref name="cancellation"/>, after which the answer is thrown away when it comes.
    /// </summary>
    ValueTask<PeerAnswer<TResponse>> SendAsync<TResponse>(PeerRequest<TResponse> request, CancellationToken cancellation = default)
        where TResponse : class, IWireMessage<TResponse>;
}

/// <summary>Told of a connection's life, at once and on any thread; it must not wait.</summary>
public interface IPeerObserver
{
    /// <summary>The connection is made and the node's versions are known.</summary>
    void OnConnected(IPeerConnection connection);

    /// <summary>A connection that was made is broken: the node's process ended, or the way to it did.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="reason">Why, in a line.</param>
    void OnDisconnected(IPeerConnection connection, string reason);
}
