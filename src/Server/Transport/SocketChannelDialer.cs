using System.Net.Sockets;
using Compat.Replication.Metadata;

namespace Compat.Server.Transport;

/// <summary>Connects by TCP, to the first address of the host that answers.</summary>
internal sealed class SocketChannelDialer : IChannelDialer, IDisposable
{
    private readonly SocketOptions _options;
    private readonly SocketTransferPool _senders = new();

    public SocketChannelDialer(SocketOptions options) => _options = options;

    public async ValueTask<DialResult> DialAsync(BrokerEndpoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellation);
            if (IsConnectedToItself(socket))
            {
                socket.Dispose();
                return new DialResult(null, "nobody listens");
            }

            var channel = new SocketChannel(socket, _options, _senders);
            if (channel.TryOpen())
            {
                return new DialResult(channel, null);
            }

            channel.Dispose();
            return new DialResult(null, "the connection ended as soon as it was made");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return new DialResult(null, e is SocketException ? e.Message : "no answer in time");
        }
    }

    public void Dispose() => _senders.Dispose();

    /// <summary>
    /// A port that nobody listens on can be given to the very socket that dials it: TCP then connects it to itself, and
    /// a node that restarts could not have its port back.
    /// </summary>
    private static bool IsConnectedToItself(Socket socket) => Equals(socket.LocalEndPoint, socket.RemoteEndPoint);
}
