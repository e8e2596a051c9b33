using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Compat.Clients.Tests.Proxy;

/// <summary>
/// Stands between clients and a broker, understands as much of a frame as its header, and does to requests and answers
/// what the test's rule says. The broker must advertise the proxy's address, or clients would go round it.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _running = [];
    private IPEndPoint? _broker;

    public FaultyProxy()
    {
        _listener.Start();
        _running.Add(AcceptAsync());
    }

    /// <summary>Decides the fate of an exchange when its request has been read. It is called from many connections at once.</summary>
    public Func<RequestFrame, Fate> Rule { get; set; } = _ => Fate.Pass;

    /// <summary>Sees every request before its fate is decided.</summary>
    public Action<RequestFrame> Observer { get; set; } = _ => { };

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Names the broker, which starts after the proxy because it advertises the proxy's port.</summary>
    public void ForwardTo(string bootstrap) => _broker = IPEndPoint.Parse(bootstrap);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_running);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptSocketAsync(_stopping.Token);
                _running.Add(ServeAsync(client));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket clientSocket)
    {
        using Socket client = clientSocket;
        using Socket broker = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            await broker.ConnectAsync(_broker ?? throw new InvalidOperationException("ForwardTo was not called"), cut.Token);
            ConcurrentDictionary<int, Fate> fates = [];
            Task[] directions = [SendRequestsAsync(client, broker, fates, cut.Token), SendAnswersAsync(broker, client, fates, cut.Token)];
            await await Task.WhenAny(directions);
            await cut.CancelAsync();
            await Task.WhenAll(directions);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side went away, or the rule cut the connection: both sockets close, as they would in a network.
            await cut.CancelAsync();
        }
    }

    private async Task SendRequestsAsync(Socket client, Socket broker, ConcurrentDictionary<int, Fate> fates, CancellationToken cancellation)
    {
        while (await ReadFrameAsync(client, cancellation) is { } frame)
        {
            RequestFrame request = new(frame);
            Observer(request);
            Fate fate = Rule(request);
            if (fate == Fate.CutBeforeTheBrokerSeesIt)
            {
                throw new IOException("cut by rule");
            }

            fates[request.CorrelationId] = fate;
            await broker.SendAsync(frame, SocketFlags.None, cancellation);
        }
    }

    private static async Task SendAnswersAsync(Socket broker, Socket client, ConcurrentDictionary<int, Fate> fates, CancellationToken cancellation)
    {
        while (await ReadFrameAsync(broker, cancellation) is { } frame)
        {
            fates.TryRemove(BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)), out Fate fate);
            switch (fate)
            {
                case Fate.CutInPlaceOfTheAnswer:
                    throw new IOException("cut by rule");
                case Fate.SwallowTheAnswer:
                    break;
                default:
                    await client.SendAsync(frame, SocketFlags.None, cancellation);
                    break;
            }
        }
    }

    /// <summary>A frame with its length in front, or null at the end of the stream.</summary>
    private static async Task<byte[]?> ReadFrameAsync(Socket socket, CancellationToken cancellation)
    {
        await using NetworkStream stream = new(socket, ownsSocket: false);
        byte[] length = new byte[4];
        if (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellation) < length.Length)
        {
            return null;
        }

        byte[] frame = new byte[length.Length + BinaryPrimitives.ReadInt32BigEndian(length)];
        length.CopyTo(frame, 0);
        await stream.ReadExactlyAsync(frame.AsMemory(length.Length), cancellation);
        return frame;
    }
}

/// <summary>What becomes of a request and its answer.</summary>
internal enum Fate
{
    Pass,

    /// <summary>The connection breaks before the broker has the request.</summary>
    CutBeforeTheBrokerSeesIt,

    /// <summary>The broker does what it was asked; the connection breaks before the client learns of it.</summary>
    CutInPlaceOfTheAnswer,

    /// <summary>The broker does what it was asked; the client waits until its own timeout.</summary>
    SwallowTheAnswer,
}
