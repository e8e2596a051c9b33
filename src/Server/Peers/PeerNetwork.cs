using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Server.Transport;

namespace Compat.Server.Peers;

/// <summary>The other nodes, over channels of the transport.</summary>
internal sealed class PeerNetwork : IPeers
{
    private readonly IChannelDialer _dialer;
    private readonly PeerOptions _options;
    private readonly TimeProvider _time;

    public PeerNetwork(IChannelDialer dialer, PeerOptions options, TimeProvider time)
    {
        _dialer = dialer;
        _options = options;
        _time = time;
    }

    /// <inheritdoc/>
    public IPeerConnection Open(BrokerEndpoint endpoint, IPeerObserver? observer) =>
        new PeerConnection(endpoint, _dialer, _options, _time, observer);
}
