using System.Net;
using Compat.Replication.Metadata;
using Compat.Server.Transport;

namespace Compat.Server.Tests.Peers;

public sealed class SocketDialTests : IDisposable
{
    private static readonly SocketOptions Options = new(-1, -1, 50);

    private readonly SocketChannelDialer _dialer = new(Options);

    public void Dispose() => _dialer.Dispose();

    [Fact]
    public async Task A_listener_is_reached_by_its_name()
    {
        using var listener = SocketChannelListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), Options);
        DialResult dialled = await _dialer.DialAsync(new BrokerEndpoint("L", "localhost", listener.EndPoint.Port, 0), default);
        using IByteChannel client = dialled.Channel!;
        using IByteChannel? server = (await listener.AcceptAsync()).Channel;
        Assert.True(server!.TryOpen());
        Assert.Equal(listener.EndPoint.Port, client.RemoteEndPoint.Port);
        Assert.True(await client.SendAsync([new byte[] { 7 }]));
        byte[] received = new byte[1];
        Assert.Equal(1, await server.ReceiveAsync(received));
        Assert.Equal(7, received[0]);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_a_reason()
    {
        var listener = SocketChannelListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), Options);
        int port = listener.EndPoint.Port;
        listener.Dispose();
        DialResult dialled = await _dialer.DialAsync(new BrokerEndpoint("L", "127.0.0.1", port, 0), default);
        Assert.Null(dialled.Channel);
        Assert.NotEmpty(dialled.Reason!);
    }
}
