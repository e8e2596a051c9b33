using Compat.Replication.Metadata;

namespace Compat.Server.Transport;

/// <summary>Connects to other nodes: over sockets, or in memory for tests.</summary>
internal interface IChannelDialer
{
    /// <summary>Connects to a listener. A node that cannot be reached is ordinary, so failures are values.</summary>
    ValueTask<DialResult> DialAsync(BrokerEndpoint endpoint, CancellationToken cancellation);
}

/// <summary>What came of an attempt to connect.</summary>
/// <param name="Channel">The open channel, or null.</param>
/// <param name="Reason">Why there is none, in a line; null if there is one.</param>
internal readonly record struct DialResult(IByteChannel? Channel, string? Reason);
