using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Compat.Server.Transport;

/// <summary>
/// Receives from a socket with the help of a <see cref="SocketPoller"/>. What awaits a receive continues on the thread
/// that learned of the arrival. Errors are values.
/// </summary>
internal sealed class PolledReceiver : ISocketReceiver, IValueTaskSource<int>
{
    /// <summary>
    /// After so many receives that found something at once, others get a turn: a client that sends without a pause
    /// would otherwise keep its thread for itself.
    /// </summary>
    internal const int ReceivesInARow = 16;

    /// <summary>A receive of so many bytes says that the client is sending, and that more is about to come.</summary>
    internal const int FlowBytes = 16 * 1024;

    /// <summary>
    /// How long a thread waits itself for a client that is sending. The next piece comes sooner from a client that is as
    /// fast as a disk; one that is slower costs a thread this long once a frame.
    /// </summary>
    internal const int FlowMicroseconds = 200;

    private const int WouldBlock = -2;

    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly SocketPoller _poller;
    private readonly GCHandle<PolledReceiver> _self;
    private ManualResetValueTaskSourceCore<int> _completion;
    private Memory<byte> _buffer;
    private int _inARow;
    private bool _isDrained;
    private bool _isFlowing;
    private bool _wasArmed;

    /// <summary>Makes the socket one that never blocks.</summary>
    public PolledReceiver(Socket socket, SocketPoller poller)
    {
        socket.Blocking = false;
        _socket = socket;
        _descriptor = (int)socket.Handle;
        _poller = poller;
        _self = new GCHandle<PolledReceiver>(this);
        poller.Add();
    }

    /// <inheritdoc/>
    public bool EndsByShutdown => true;

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (_inARow < ReceivesInARow && ReceiveSoon(buffer) is not WouldBlock and var received)
        {
            _inARow++;
            return new ValueTask<int>(received);
        }

        _buffer = buffer;
        _completion.Reset();
        short version = _completion.Version;
        bool isFirst = !_wasArmed;
        _wasArmed = true;

        // From here on another thread may be at it.
        _poller.Arm(_descriptor, _self, isFirst);
        return new ValueTask<int>(this, version);
    }

    /// <summary>Called by a thread of the poller, once for each time the socket was armed.</summary>
    public void OnReady()
    {
        int received = Receive(_buffer);
        if (received == WouldBlock)
        {
            _poller.Arm(_descriptor, _self, isFirst: false);
            return;
        }

        _inARow = 0;
        _buffer = default;
        _completion.SetResult(received);
    }

    public int GetResult(short token) => _completion.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);

    /// <summary>Called when no receive is under way, before the socket is closed.</summary>
    public void Dispose()
    {
        _self.Dispose();
        _poller.Remove();
    }

    /// <summary>
    /// Receives what is there or, from a client that is sending, is there in a moment. In the middle of a large frame another
    /// thread would take longer to wake, and have neither the frame nor its pooled buffer in its processor's cache.
    /// </summary>
    private int ReceiveSoon(Memory<byte> buffer)
    {
        // A receive that left room has emptied the socket, so the next would most likely be in vain.
        if (!_isDrained && Receive(buffer) is not WouldBlock and var received)
        {
            return received;
        }

        if (!_isFlowing)
        {
            return WouldBlock;
        }

        _isFlowing = Epoll.WaitFor(_descriptor, FlowMicroseconds);
        return _isFlowing ? Receive(buffer) : WouldBlock;
    }

    private int Receive(Memory<byte> buffer)
    {
        int received = _socket.Receive(buffer.Span, SocketFlags.None, out SocketError error);
        _isDrained = received < buffer.Length;
        if (received >= FlowBytes)
        {
            _isFlowing = true;
        }
        else if (_isDrained && error == SocketError.Success)
        {
            _isFlowing = false;
        }

        return error switch
        {
            SocketError.Success => received,
            SocketError.WouldBlock => WouldBlock,
            _ => IByteChannel.Failed,
        };
    }
}
