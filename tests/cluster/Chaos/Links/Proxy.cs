using System.Net;
using System.Net.Sockets;

namespace Compat.Cluster.Tests.Chaos.Links;

/// <summary>The address by which others reach one listener of a node.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly Network _network;
    private readonly int _node;
    private readonly IPEndPoint _listener;
    private readonly Socket _socket;
    private readonly Task _accepting;

    public Proxy(Network network, int node, int listenerPort)
    {
        _network = network;
        _node = node;
        _listener = new IPEndPoint(IPAddress.Loopback, listenerPort);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen();
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint { get; }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket accepted = await _socket.AcceptAsync();
                _ = _network.ServeAsync(new ProxyConnection(_network, accepted, _node, _listener));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The network is taken down.
        }
    }
}
