using System.Net;
using System.Net.Sockets;
using Compat.Server.Transport;
using SocketOptions = Compat.Server.Transport.SocketOptions;

namespace Compat.Server.Tests.Transport;

/// <summary>Receiving by the poller's threads, over real sockets of this machine.</summary>
public sealed class SocketPollerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SocketPoller? _poller = SocketPoller.TryStart(threads: 1);
    private readonly SocketTransferPool _senders = new();
    private readonly List<IDisposable> _open = [];

    public SocketPollerTests() => Assert.SkipWhen(_poller is null, "there is no epoll here");

    public void Dispose()
    {
        _open.ForEach(each => each.Dispose());
        _poller?.Dispose();
        _senders.Dispose();
    }

    [Fact]
    public async Task What_is_there_is_received_at_once_and_what_comes_later_when_it_comes()
    {
        (Socket client, SocketChannel channel) = await ConnectAsync();
        await client.SendAsync(new byte[] { 1, 2, 3 });
        byte[] buffer = new byte[2];

        Assert.Equal(2, await ReceiveAsync(channel, buffer));
        Assert.Equal(1, await ReceiveAsync(channel, buffer));
        ValueTask<int> later = channel.ReceiveAsync(buffer);
        Assert.False(later.IsCompleted);
        await client.SendAsync(new byte[] { 4 });

        Assert.Equal(1, await later.AsTask().WaitAsync(Patience));
        Assert.Equal(4, buffer[0]);
    }

    [Fact]
    public async Task The_end_of_the_client_is_told_whether_it_comes_before_the_first_receive_or_during_one()
    {
        (Socket early, SocketChannel first) = await ConnectAsync();
        early.Close(timeout: 0);
        Assert.True(await ReceiveAsync(first, new byte[1]) <= 0);

        (Socket late, SocketChannel second) = await ConnectAsync();
        ValueTask<int> receiving = second.ReceiveAsync(new byte[1]);
        late.Close();
        Assert.Equal(0, await receiving.AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task An_abort_ends_a_receive_under_way()
    {
        (_, SocketChannel channel) = await ConnectAsync();
        ValueTask<int> receiving = channel.ReceiveAsync(new byte[1]);

        channel.Abort();

        Assert.True(await receiving.AsTask().WaitAsync(Patience) <= 0);
    }

    [Fact]
    public async Task A_client_that_sends_much_and_then_pauses_is_received_from_when_it_goes_on()
    {
        (Socket client, SocketChannel channel) = await ConnectAsync();
        byte[] much = new byte[2 * PolledReceiver.FlowBytes];
        byte[] buffer = new byte[2 * much.Length];
        await client.SendAsync(much);
        int received = 0;
        while (received < much.Length)
        {
            received += await ReceiveAsync(channel, buffer);
        }

        // Returns although nothing comes: the thread that asked has waited long enough itself.
        ValueTask<int> later = channel.ReceiveAsync(buffer);
        Assert.False(later.IsCompleted);
        await client.SendAsync(new byte[] { 4 });

        Assert.Equal(1, await later.AsTask().WaitAsync(Patience));
        Assert.Equal(4, buffer[0]);
    }

    [Theory]
    [InlineData(1024)] // always filled, so the receiver would go on for ever without asking the poller
    [InlineData(1024 * 1024)] // hardly ever filled, so it would wait for the rest itself
    public async Task A_client_that_never_pauses_lets_others_have_their_turn_of_the_only_thread(int bufferBytes)
    {
        (Socket busy, SocketChannel busyChannel) = await ConnectAsync();
        (Socket other, SocketChannel otherChannel) = await ConnectAsync();
        using var isDone = new CancellationTokenSource();
        Task flood = Task.Run(async () =>
        {
            byte[] bytes = new byte[64 * 1024];
            while (!isDone.IsCancellationRequested)
            {
                await busy.SendAsync(bytes);
            }
        });
        Task drain = DrainAsync(busyChannel, bufferBytes);
        ValueTask<int> receiving = otherChannel.ReceiveAsync(new byte[1]);
        await other.SendAsync(new byte[] { 1 });

        Assert.Equal(1, await receiving.AsTask().WaitAsync(Patience));

        await isDone.CancelAsync();
        await flood;
        busy.Shutdown(SocketShutdown.Send);
        await drain.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_receive_that_is_under_way_when_the_poller_is_disposed_still_ends()
    {
        SocketPoller poller = SocketPoller.TryStart(threads: 2)!;
        (Socket client, SocketChannel channel) = await ConnectAsync(poller);
        ValueTask<int> receiving = channel.ReceiveAsync(new byte[1]);

        poller.Dispose();
        await client.SendAsync(new byte[] { 1 });

        Assert.Equal(1, await receiving.AsTask().WaitAsync(Patience));
    }

    private static async Task DrainAsync(SocketChannel channel, int bufferBytes)
    {
        byte[] buffer = new byte[bufferBytes];
        while (await channel.ReceiveAsync(buffer) > 0)
        {
            // As fast as it comes.
        }
    }

    private static async Task<int> ReceiveAsync(SocketChannel channel, byte[] buffer) =>
        await channel.ReceiveAsync(buffer).AsTask().WaitAsync(Patience);

    private async Task<(Socket Client, SocketChannel Channel)> ConnectAsync(SocketPoller? poller = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        var channel = new SocketChannel(await listener.AcceptSocketAsync(), new SocketOptions(-1, -1, 1, poller ?? _poller), _senders);
        Assert.True(channel.TryOpen());
        _open.Add(client);
        _open.Add(channel);
        return (client, channel);
    }
}
