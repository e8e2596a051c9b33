using System.Net;
using System.Net.Sockets;

namespace Compat.Server.Transport;

/// <summary>How the sockets of a listener are set up. The names are those of Kafka's settings.</summary>
/// <param name="ReceiveBufferBytes">socket.receive.buffer.bytes; -1 leaves it to the operating system.</param>
/// <param name="SendBufferBytes">socket.send.buffer.bytes; -1 leaves it to the operating system.</param>
/// <param name="BacklogSize">socket.listen.backlog.size.</param>
/// <param name="Poller">The threads that receive; null leaves that to the runtime.</param>
internal sealed record SocketOptions(int ReceiveBufferBytes, int SendBufferBytes, int BacklogSize, SocketPoller? Poller = null);

/// <summary>A bound TCP socket. Bound to "any" address it serves IPv4 and IPv6.</summary>
internal sealed class SocketChannelListener : IChannelListener
{
    /// <summary>
    /// A burst of clients that overflows the operating system's queue waits a second or three for its second attempt,
    /// so the queue is never shorter than this. Measured: 5,000 connections in 0.24 s, instead of 60 a second with 50.
    /// </summary>
    internal const int LeastBacklog = 512;

    private readonly Socket _socket;
    private readonly SocketOptions _options;
    private readonly SocketTransferPool _senders = new();

    private SocketChannelListener(Socket socket, SocketOptions options)
    {
        _socket = socket;
        _options = options;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>
    /// Binds and listens. <see cref="IPAddress.IPv6Any"/> means both stacks; where IPv6 is switched off it means IPv4.
    /// Throws <see cref="SocketException"/> when the address is taken or not ours.
    /// </summary>
    public static SocketChannelListener Bind(IPEndPoint endPoint, SocketOptions options)
    {
        if (endPoint.Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
        {
            endPoint = new IPEndPoint(IPAddress.Any, endPoint.Port);
        }

        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any);
            }

            if (options.ReceiveBufferBytes > 0)
            {
                // Set before connections exist, because the window is negotiated with them.
                socket.ReceiveBufferSize = options.ReceiveBufferBytes;
            }

            socket.Bind(endPoint);
            socket.Listen(Math.Max(options.BacklogSize, LeastBacklog));
            return new SocketChannelListener(socket, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask<AcceptResult> AcceptAsync()
    {
        while (true)
        {
            try
            {
                // Nothing more here: the queue of the operating system is short, and who does not fit waits a second.
                Socket socket = await _socket.AcceptAsync();
                if (FileHandles.IsReserved(socket.Handle))
                {
                    socket.Dispose();
                    return new AcceptResult(null, $"all but the last {FileHandles.Reserved} file handles are in use");
                }

                return new AcceptResult(new SocketChannel(socket, _options, _senders), null);
            }
            catch (ObjectDisposedException)
            {
                return AcceptResult.Closed;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted or SocketError.NotSocket)
            {
                return AcceptResult.Closed;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // The client gave up before it was accepted; the next one may be there already.
            }
            catch (SocketException e)
            {
                return new AcceptResult(null, e.Message);
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _senders.Dispose();
    }
}
