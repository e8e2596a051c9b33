using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Compat.Server.Transport;

/// <summary>A connected TCP socket.</summary>
internal sealed class SocketChannel : IByteChannel
{
    private readonly Socket _socket;
    private readonly SocketOptions _options;
    private readonly SocketTransferPool _senders;
    private ISocketReceiver? _receiver;
    private int _isAborted;

    public SocketChannel(Socket socket, SocketOptions options, SocketTransferPool senders)
    {
        _socket = socket;
        _options = options;
        _senders = senders;
    }

    public IPEndPoint LocalEndPoint { get; private set; } = Unknown;

    public IPEndPoint RemoteEndPoint { get; private set; } = Unknown;

    private static IPEndPoint Unknown => new(IPAddress.None, 0);

    public bool TryOpen()
    {
        try
        {
            _socket.NoDelay = true;
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            if (_options.SendBufferBytes > 0)
            {
                _socket.SendBufferSize = _options.SendBufferBytes;
            }

            if (_options.ReceiveBufferBytes > 0)
            {
                _socket.ReceiveBufferSize = _options.ReceiveBufferBytes;
            }

            LocalEndPoint = Unmapped((IPEndPoint)_socket.LocalEndPoint!);
            RemoteEndPoint = Unmapped((IPEndPoint)_socket.RemoteEndPoint!);
            _receiver = _options.Poller is SocketPoller poller ? new PolledReceiver(_socket, poller) : new RuntimeReceiver(_socket);
            return true;
        }
        catch (SocketException)
        {
            // The client was gone before it was looked at.
            return false;
        }
    }

    public async ValueTask<bool> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        SocketTransfer sender = _senders.Rent();
        try
        {
            return segments.Count == 1
                ? await SendOneAsync(sender, segments[0])
                : await SendGatheredAsync(sender, segments);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _senders.Return(sender);
        }
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        try
        {
            return _receiver!.ReceiveAsync(buffer);
        }
        catch (ObjectDisposedException)
        {
            return new ValueTask<int>(IByteChannel.Failed);
        }
    }

    public void Abort()
    {
        if (Interlocked.Exchange(ref _isAborted, 1) != 0)
        {
            return;
        }

        try
        {
            // What was sent still reaches the client; closing alone could reset the connection under it.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client went first.
        }

        if (_receiver is not { EndsByShutdown: true })
        {
            _socket.Dispose();
        }
    }

    public void Dispose()
    {
        Abort();
        _receiver?.Dispose();
        _socket.Dispose();
    }

    private async ValueTask<bool> SendOneAsync(SocketTransfer sender, ReadOnlyMemory<byte> left)
    {
        while (!left.IsEmpty)
        {
            int sent = await sender.SendAsync(_socket, left);
            if (sent <= 0)
            {
                return false;
            }

            left = left[sent..];
        }

        return true;
    }

    private async ValueTask<bool> SendGatheredAsync(SocketTransfer sender, IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        var left = new List<ArraySegment<byte>>(segments.Count);
        foreach (ReadOnlyMemory<byte> segment in segments)
        {
            MemoryMarshal.TryGetArray(segment, out ArraySegment<byte> array);
            left.Add(array);
        }

        while (left.Count > 0)
        {
            int sent = await sender.SendAsync(_socket, left);
            if (sent <= 0)
            {
                return false;
            }

            Skip(left, sent);
        }

        return true;
    }

    private static void Skip(List<ArraySegment<byte>> segments, int bytes)
    {
        int done = 0;
        while (done < segments.Count && bytes >= segments[done].Count)
        {
            bytes -= segments[done++].Count;
        }

        segments.RemoveRange(0, done);
        if (bytes > 0)
        {
            segments[0] = segments[0][bytes..];
        }
    }

    /// <summary>An IPv4 address that arrived on a dual-stack socket, in its own form.</summary>
    private static IPEndPoint Unmapped(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
