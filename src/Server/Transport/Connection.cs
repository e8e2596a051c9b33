using Compat.Server.Handlers;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Transport;

/// <summary>
/// One client's connection. Requests are admitted in the order they arrive, complete whenever they do, and are
/// answered in the order they arrived. This part receives; Connection.Answers.cs answers.
/// </summary>
internal sealed partial class Connection : IRequestOwner
{
    private readonly IByteChannel _channel;
    private readonly FrameReader _reader;
    private readonly IRequestDispatcher _dispatcher;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private CancellationTokenSource? _closed;
    private bool _isClosed;
    private bool _isAborted;
    private bool _isStopping;

    // Whether the receiving side took no more from its buffer because too much was under way.
    private bool _isLeftForRoom;
    private long _lastActiveAt;

    public Connection(
        IByteChannel channel, ConnectionInfo info, int maxFrameBytes, IRequestDispatcher dispatcher, TimeProvider time, ILogger logger)
    {
        _channel = channel;
        _reader = new FrameReader(channel);
        _writer = new ResponseWriter(channel);
        _dispatcher = dispatcher;
        _time = time;
        _logger = logger;
        Info = info;
        MaxFrameBytes = maxFrameBytes;
        _lastActiveAt = time.GetTimestamp();
    }

    /// <summary>Who is at the other end.</summary>
    public ConnectionInfo Info { get; }

    /// <summary>The largest request that is taken, in bytes: less before the client is authenticated than after.</summary>
    public int MaxFrameBytes { get; set; }

    /// <summary>The name that the client gave itself last; null if none. Used by the receiving side alone.</summary>
    public string? ClientId { get; set; }

    /// <summary>When bytes last arrived or left, by the time provider's timestamps.</summary>
    public long LastActiveAt => Volatile.Read(ref _lastActiveAt);

    /// <inheritdoc/>
    public CancellationToken Closed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed ? new CancellationToken(canceled: true) : (_closed ??= new CancellationTokenSource()).Token;
            }
        }
    }

    /// <summary>Serves the connection until either side ends it. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ReceiveRequestsAsync();
        }
        catch (Exception e)
        {
            // A request that cannot be carried out must not take the broker with it; the client may connect again.
            TransportLog.ConnectionFailed(_logger, Info.RemoteEndPoint, e);
        }

        End();
    }

    /// <summary>
    /// Ends the connection for a reason that is worth a line in the log. Requests before the one that caused it are
    /// still answered, as if they had come alone.
    /// </summary>
    public void Close(string reason)
    {
        lock (_lock)
        {
            if (_isStopping)
            {
                return;
            }
        }

        TransportLog.ConnectionClosed(_logger, Info.RemoteEndPoint, Info.ListenerName, reason);
        Stop();
    }

    /// <summary>Ends the connection without a word.</summary>
    public void Abort()
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            _isAborted = true;
            (room, _room) = (_room, null);
        }

        _channel.Abort();
        room?.TrySetResult();
    }

    /// <summary>Takes no more requests, and ends the connection when those it has are answered.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopping = true;
        }

        AbortIfStopped();
    }

    /// <summary>Whether the connection has neither said nor been told anything since then, and owes no answer.</summary>
    public bool IsIdleSince(long timestamp)
    {
        lock (_lock)
        {
            return _head is null && _lastActiveAt < timestamp;
        }
    }

    private async ValueTask ReceiveRequestsAsync()
    {
        while (true)
        {
            await CarryOutReceivedAsync();
            if (_reader.RefusedBytes is int refused)
            {
                Close($"a request of {refused} bytes was announced, 1 to {MaxFrameBytes} are allowed");
            }

            // Requests that are in the buffer already come before what is received next.
            bool mayReceive = !await WaitForRoomAsync() && (!_isLeftForRoom || _isAborted);
            if (mayReceive)
            {
                ReceiveStatus status = await _reader.ReceiveAsync();
                if (status != ReceiveStatus.Received)
                {
                    return;
                }

                Volatile.Write(ref _lastActiveAt, _time.GetTimestamp());
            }
        }
    }

    /// <summary>
    /// Admits every request that is in the buffer, as far as the connection may have them under way, and answers what
    /// is complete then. What these requests owe to other connections comes last.
    /// </summary>
    private ValueTask CarryOutReceivedAsync()
    {
        long bytes = 0;
        _dispatcher.BeginBurst();
        try
        {
            BeginBurst();
            while (!(_isLeftForRoom = !HasRoom) && _reader.TryRead(MaxFrameBytes, out Frame frame))
            {
                bytes += frame.Memory.Length;
                _dispatcher.Dispatch(this, frame);
            }

            return AnswerBurstAsync();
        }
        finally
        {
            _dispatcher.EndBurst(bytes);
        }
    }

    private void End()
    {
        CancellationTokenSource? closed;
        lock (_lock)
        {
            _isClosed = true;
            closed = _closed;
        }

        Abort();
        _reader.ReleaseBuffer();
        DropAnswers();
        closed?.Cancel();
        _channel.Dispose();
    }
}

/// <summary>Turns a frame into a request that is under way.</summary>
internal interface IRequestDispatcher
{
    /// <summary>
    /// Admits the frame on <paramref name="connection"/>, or closes the connection if it is no request. Takes over the
    /// frame's reference to its buffer.
    /// </summary>
    void Dispatch(Connection connection, Frame frame);

    /// <summary>What follows on this thread came together: what it owes to others is left for the end.</summary>
    void BeginBurst();

    /// <summary>The burst of so many bytes has been carried out and answered, as far as it could be at once.</summary>
    void EndBurst(long bytes);
}
