using System.Net;
using System.Threading.Channels;

namespace Compat.Server.Transport;

/// <summary>A listener that is connected to by a call.</summary>
internal sealed class MemoryChannelListener : IChannelListener
{
    private const int FirstClientPort = 49152;

    private readonly Channel<IByteChannel> _waiting = Channel.CreateBounded<IByteChannel>(capacity: 128);
    private int _clients;

    public MemoryChannelListener(IPEndPoint endPoint) => EndPoint = endPoint;

    public IPEndPoint EndPoint { get; }

    /// <summary>Connects to the listener and returns the client's side.</summary>
    public async ValueTask<MemoryChannel> ConnectAsync(IPAddress? from = null)
    {
        int port = FirstClientPort + (Interlocked.Increment(ref _clients) % (IPEndPoint.MaxPort - FirstClientPort));
        (MemoryChannel client, MemoryChannel server) =
            MemoryChannel.CreatePair(new IPEndPoint(from ?? IPAddress.Loopback, port), EndPoint);
        await _waiting.Writer.WriteAsync(server);
        return client;
    }

    public async ValueTask<AcceptResult> AcceptAsync() =>
        await _waiting.Reader.WaitToReadAsync() && _waiting.Reader.TryRead(out IByteChannel? channel) ? new(channel, null) : AcceptResult.Closed;

    public void Dispose() => _waiting.Writer.TryComplete();
}
