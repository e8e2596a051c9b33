using System.Net;
using Compat.Server.Configuration;

namespace Compat.Server.Transport;

/// <summary>The machine's TCP sockets, with the threads that receive from them.</summary>
internal sealed class SocketNetwork : INetwork
{
    private readonly SocketPoller? _poller = SocketPoller.TryStart(SocketPoller.DefaultThreads);
    private readonly SocketOptions _options;
    private readonly SocketChannelDialer _dialer;

    public SocketNetwork(NetworkConfig config)
    {
        _options = new SocketOptions(config.ReceiveBufferBytes, config.SendBufferBytes, config.ListenBacklog, _poller);
        // Peers are few and their answers are waited for one by one: the runtime receives them.
        _dialer = new SocketChannelDialer(_options with { Poller = null });
    }

    public IChannelDialer Dialer => _dialer;

    public IChannelListener Bind(IPEndPoint endPoint) => SocketChannelListener.Bind(endPoint, _options);

    public void Dispose()
    {
        _dialer.Dispose();
        _poller?.Dispose();
    }
}
