using System.Net;
using System.Threading.Channels;
using Compat.Replication.Metadata;
using Compat.Server.Transport;

namespace Compat.Server.Tests.Peers;

/// <summary>Connects to listeners in memory by their host and port. What listens nowhere refuses.</summary>
internal sealed class MemoryDialer : IChannelDialer
{
    private readonly Dictionary<(string Host, int Port), MemoryChannelListener> _listeners = [];
    private int _attempts;

    public int Attempts => Volatile.Read(ref _attempts);

    public MemoryChannelListener Listen(BrokerEndpoint endpoint)
    {
        var listener = new MemoryChannelListener(new IPEndPoint(IPAddress.Loopback, endpoint.Port));
        lock (_listeners)
        {
            _listeners[(endpoint.Host, endpoint.Port)] = listener;
        }

        return listener;
    }

    public async ValueTask<DialResult> DialAsync(BrokerEndpoint endpoint, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _attempts);
        MemoryChannelListener? listener;
        lock (_listeners)
        {
            _listeners.TryGetValue((endpoint.Host, endpoint.Port), out listener);
        }

        try
        {
            return listener is null ? new DialResult(null, "nobody listens") : new DialResult(await listener.ConnectAsync(), null);
        }
        catch (ChannelClosedException)
        {
            return new DialResult(null, "nobody listens any more");
        }
    }
}
