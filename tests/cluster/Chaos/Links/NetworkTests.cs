using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Compat.Clients.Tests.Support;

namespace Compat.Cluster.Tests.Chaos.Links;

/// <summary>What a cut, a healing and a break do to a connection through a proxy.</summary>
public class NetworkTests : IAsyncLifetime
{
    private const int Dialler = 2;
    private const int Listening = 1;

    private readonly Network _network = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Socket _accepted = null!;

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        await _client.ConnectAsync(_network.PutInFrontOf(Listening, ((IPEndPoint)_listener.LocalEndpoint).Port));
        await _client.SendAsync(Request(clientId: $"{Dialler}"));
        _accepted = await _listener.AcceptSocketAsync().WaitAsync(Wait.Limit);
        await ReceiveAsync(_accepted, Request($"{Dialler}").Length);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _accepted.Dispose();
        _listener.Dispose();
        await _network.DisposeAsync();
    }

    [Fact]
    public void The_first_request_tells_who_has_dialled()
    {
        ProxyConnection connection = Assert.Single(_network.Connections);
        Assert.Equal((Dialler, Listening), (connection.Source, connection.Target));
    }

    [Fact]
    public async Task A_cut_holds_back_one_direction_until_it_heals()
    {
        _network.Set(Listening, Dialler, LinkQuality.Cut);
        await _client.SendAsync("to"u8.ToArray());
        Assert.Equal("to", await ReceiveAsync(_accepted, 2));
        await _accepted.SendAsync("back"u8.ToArray());
        Task<string> back = ReceiveAsync(_client, 4);
        await Wait.NeverAsync(() => back.IsCompleted, TimeSpan.FromMilliseconds(300), "the answer arrived although the link was cut");
        _network.Heal();
        Assert.Equal("back", await back);
    }

    [Fact]
    public async Task The_end_of_a_connection_does_not_pass_a_cut()
    {
        _network.Set(Dialler, Listening, LinkQuality.Cut);
        _client.Shutdown(SocketShutdown.Send);
        Task<int> end = _accepted.ReceiveAsync(new byte[1]);
        await Wait.NeverAsync(() => end.IsCompleted, TimeSpan.FromMilliseconds(300), "the end arrived although the link was cut");
        _network.Heal();
        Assert.Equal(0, await end);
    }

    [Fact]
    public async Task A_break_is_noticed_at_both_ends()
    {
        _network.Break(connection => connection.Source == Dialler);
        await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(_client, 1));
        await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(_accepted, 1));
    }

    private static byte[] Request(string clientId)
    {
        byte[] request = new byte[14 + clientId.Length];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - sizeof(int));
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(12), (short)clientId.Length);
        Encoding.UTF8.GetBytes(clientId, request.AsSpan(14));
        return request;
    }

    private static async Task<string> ReceiveAsync(Socket socket, int count)
    {
        byte[] received = new byte[count];
        for (int at = 0; at < count;)
        {
            int length = await socket.ReceiveAsync(received.AsMemory(at)).AsTask().WaitAsync(Wait.Limit);
            Assert.NotEqual(0, length);
            at += length;
        }

        return Encoding.UTF8.GetString(received);
    }
}
