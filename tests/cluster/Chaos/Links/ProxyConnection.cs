using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Compat.Cluster.Tests.Chaos.Links;

/// <summary>
/// One connection through a proxy. What a cut holds back is tried again as TCP does it, after a time that doubles, so that a connection
/// may be of no use for as long again as the cut was long; the end of a connection is held back like its bytes.
/// </summary>
internal sealed class ProxyConnection(Network network, Socket dialler, int target, IPEndPoint listener)
{
    private const int ChunkBytes = 16 * 1024;
    private const int ChunksUnderWay = 64;
    private const int ClientIdOffset = 12;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstRetryOfConnecting = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _broken = new();
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Who has dialled; known after the first request.</summary>
    public int Source { get; private set; } = Network.Clients;

    /// <summary>Whose listener it is.</summary>
    public int Target => target;

    /// <summary>Resets both ends.</summary>
    public void Break() => _broken.Cancel();

    public async Task RunAsync()
    {
        try
        {
            dialler.NoDelay = _listening.NoDelay = true;
            byte[] first = await FirstRequestAsync();
            await PassAsync(Source, target, FirstRetryOfConnecting);
            await _listening.ConnectAsync(listener, _broken.Token);
            await Task.WhenAll(PumpAsync(dialler, _listening, Source, target, first), PumpAsync(_listening, dialler, target, Source, []));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or EndOfStreamException)
        {
            // One end is gone, or the connection was broken; the other end is reset.
            dialler.LingerState = _listening.LingerState = new LingerOption(enable: true, 0);
        }
        finally
        {
            dialler.Dispose();
            _listening.Dispose();
        }
    }

    private async Task<byte[]> FirstRequestAsync()
    {
        byte[] length = new byte[sizeof(int)];
        await ReceiveAllAsync(length);
        byte[] request = new byte[sizeof(int) + Math.Clamp(BinaryPrimitives.ReadInt32BigEndian(length), 0, ChunkBytes)];
        length.CopyTo(request, 0);
        await ReceiveAllAsync(request.AsMemory(sizeof(int)));
        Source = SourceOf(request);
        return request;
    }

    // The header of a request: length, key, version, correlation id, client id.
    private static int SourceOf(ReadOnlySpan<byte> request)
    {
        int start = ClientIdOffset + sizeof(short);
        if (request.Length < start)
        {
            return Network.Clients;
        }

        int length = BinaryPrimitives.ReadInt16BigEndian(request[ClientIdOffset..]);
        return length > 0 && start + length <= request.Length && int.TryParse(Encoding.UTF8.GetString(request.Slice(start, length)), out int node)
            ? node : Network.Clients;
    }

    private async Task ReceiveAllAsync(Memory<byte> destination)
    {
        while (destination.Length > 0)
        {
            int count = await dialler.ReceiveAsync(destination, SocketFlags.None, _broken.Token);
            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            destination = destination[count..];
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int source, int destination, byte[] first)
    {
        Channel<Chunk> underWay = Channel.CreateBounded<Chunk>(ChunksUnderWay);
        if (first.Length > 0)
        {
            underWay.Writer.TryWrite(new Chunk(first, TimeProvider.System.GetTimestamp()));
        }

        Task<bool> sending = SendAsync(underWay.Reader, to, source, destination);
        bool isReset = await ReceiveAsync(from, underWay.Writer);
        isReset |= !await sending;
        await PassAsync(source, destination, FirstRetry);
        if (isReset)
        {
            Break();
        }
        else
        {
            to.Shutdown(SocketShutdown.Send);
        }
    }

    /// <summary>Takes what comes until it ends; whether the end was a reset.</summary>
    private async Task<bool> ReceiveAsync(Socket from, ChannelWriter<Chunk> underWay)
    {
        try
        {
            while (true)
            {
                byte[] buffer = new byte[ChunkBytes];
                int count = await from.ReceiveAsync(buffer, SocketFlags.None, _broken.Token);
                if (count == 0)
                {
                    return false;
                }

                await underWay.WriteAsync(new Chunk(buffer.AsMemory(0, count), TimeProvider.System.GetTimestamp()), _broken.Token);
            }
        }
        catch (SocketException)
        {
            return true;
        }
        finally
        {
            underWay.Complete();
        }
    }

    /// <summary>Passes on what came; whether it could.</summary>
    private async Task<bool> SendAsync(ChannelReader<Chunk> underWay, Socket to, int source, int destination)
    {
        try
        {
            await foreach (Chunk chunk in underWay.ReadAllAsync(_broken.Token))
            {
                await SendAsync(chunk, to, source, destination);
            }

            return true;
        }
        catch (SocketException)
        {
            // The end of the one that is gone has to reach the other.
            await PassAsync(destination, source, FirstRetry);
            Break();
            return false;
        }
    }

    private async Task SendAsync(Chunk chunk, Socket to, int source, int destination)
    {
        LinkQuality quality = network.Quality(source, destination);
        TimeSpan left = quality.Delay - TimeProvider.System.GetElapsedTime(chunk.ArrivedAt);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, _broken.Token);
        }

        if (quality.BytesPerSecond > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds((double)chunk.Bytes.Length / quality.BytesPerSecond), _broken.Token);
        }

        await PassAsync(source, destination, FirstRetry);
        for (ReadOnlyMemory<byte> rest = chunk.Bytes; rest.Length > 0;)
        {
            rest = rest[await to.SendAsync(rest, SocketFlags.None, _broken.Token)..];
        }
    }

    private async Task PassAsync(int source, int destination, TimeSpan retry)
    {
        for (; network.Quality(source, destination).IsCut; retry *= 2)
        {
            await Task.Delay(retry, _broken.Token);
        }
    }

    private readonly record struct Chunk(ReadOnlyMemory<byte> Bytes, long ArrivedAt);
}
