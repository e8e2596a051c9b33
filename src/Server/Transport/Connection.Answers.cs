using Compat.Server.Handlers;

namespace Compat.Server.Transport;

/// <summary>
/// The queue of requests under way and their answers. Whoever finds the oldest request complete drains: it encodes
/// every answer that is ready and sends them in one flush. There is one drainer at a time, and none during a burst of
/// requests that are in the buffer together, so that their answers leave together.
/// </summary>
internal sealed partial class Connection
{
    /// <summary>The most requests of one connection that are under way; beyond it nothing is received.</summary>
    internal const int MaxRequestsUnderWay = 128;

    /// <summary>The most bytes of requests under way; one request may exceed it alone.</summary>
    internal const long MaxBytesUnderWay = 64 * 1024 * 1024;

    /// <summary>Encoded answers beyond this are sent before more are encoded.</summary>
    internal const long FlushBytes = 1024 * 1024;

    private readonly ResponseWriter _writer;
    private RequestContext? _head;
    private RequestContext? _tail;
    private int _underWay;
    private long _bytesUnderWay;
    private bool _isInBurst;
    private bool _isDraining;
    private bool _areAnswersDropped;
    private TaskCompletionSource? _room;

    private bool HasRoom
    {
        get
        {
            lock (_lock)
            {
                return HasRoomUnderLock;
            }
        }
    }

    private bool HasRoomUnderLock =>
        !_isStopping && !_isAborted && (_underWay == 0 || (_underWay < MaxRequestsUnderWay && _bytesUnderWay < MaxBytesUnderWay));

    /// <summary>Gives a request its place in the order of answers. Called in the order of arrival.</summary>
    public void Enqueue(RequestContext request)
    {
        RequestContext? before;
        lock (_lock)
        {
            _underWay++;
            _bytesUnderWay += request.Frame.Memory.Length;
            before = _tail;
            if (before is null)
            {
                _head = request;
            }
            else
            {
                before.Next = request;
            }

            _tail = request;
        }

        before?.OnNext?.Invoke();
    }

    /// <inheritdoc/>
    public void Complete(RequestContext request)
    {
        bool isDropped;
        lock (_lock)
        {
            request.IsComplete = true;
            isDropped = _areAnswersDropped;
            if (!_isClosed)
            {
                if (_isDraining || _isInBurst || _head != request)
                {
                    return;
                }

                _isDraining = true;
            }
            else if (!isDropped)
            {
                // The end of the connection is about to let go of it; one of the two must, and only one.
                return;
            }
        }

        if (isDropped)
        {
            // Nobody waits for the answer; only the buffer has to go home.
            request.Release();
            return;
        }

        _ = DrainFromOutsideAsync();
    }

    /// <inheritdoc/>
    public void Fail(RequestContext request, Exception exception)
    {
        if (exception is not OperationCanceledException)
        {
            TransportLog.RequestFailed(_logger, request.ApiKey, request.ApiVersion, Info.RemoteEndPoint, exception);
        }

        // No answer is better than a wrong one: a producer that is told of an unknown error may give its records up.
        Abort();
        Complete(request);
    }

    private void BeginBurst()
    {
        lock (_lock)
        {
            _isInBurst = true;
        }
    }

    private ValueTask AnswerBurstAsync()
    {
        lock (_lock)
        {
            _isInBurst = false;
            if (_isDraining || _head is not { IsComplete: true })
            {
                return default;
            }

            _isDraining = true;
        }

        return DrainAsync();
    }

    /// <summary>Waits until more requests may be under way. False when there was no need to wait.</summary>
    private async ValueTask<bool> WaitForRoomAsync()
    {
        AbortIfStopped();
        Task room;
        lock (_lock)
        {
            if (HasRoomUnderLock || _isAborted)
            {
                return false;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            room = _room.Task;
        }

        await room;
        return true;
    }

    private async Task DrainFromOutsideAsync()
    {
        try
        {
            await DrainAsync();
        }
        catch (Exception e)
        {
            // An answer that cannot be encoded or read from disk: the receiving side ends the connection.
            TransportLog.ConnectionFailed(_logger, Info.RemoteEndPoint, e);
            Abort();
        }
    }

    private async ValueTask DrainAsync()
    {
        while (true)
        {
            (int answered, long bytes) = EncodeReady();
            if (_writer.UnflushedBytes > 0)
            {
                if ((await _writer.FlushAsync()).IsCompleted)
                {
                    Abort();
                }

                Volatile.Write(ref _lastActiveAt, _time.GetTimestamp());
            }

            if (IsDrained(answered, bytes))
            {
                return;
            }
        }
    }

    private (int Answered, long Bytes) EncodeReady()
    {
        int answered = 0;
        long bytes = 0;
        while (_writer.UnflushedBytes < FlushBytes && TakeReady() is RequestContext request)
        {
            answered++;
            bytes += request.Frame.Memory.Length;
            try
            {
                request.Handler?.Encode(request, _writer);
            }
            finally
            {
                request.Release();
            }
        }

        return (answered, bytes);
    }

    private RequestContext? TakeReady()
    {
        lock (_lock)
        {
            if (_head is not { IsComplete: true } request)
            {
                return null;
            }

            _head = request.Next;
            _tail = _head is null ? null : _tail;
            request.Next = null;
            return request;
        }
    }

    /// <summary>Ends the drain if nothing more is ready, and makes room for the requests that were answered.</summary>
    private bool IsDrained(int answered, long bytes)
    {
        TaskCompletionSource? room = null;
        bool isDone;
        lock (_lock)
        {
            _underWay -= answered;
            _bytesUnderWay -= bytes;
            isDone = _head is not { IsComplete: true };
            _isDraining = !isDone;
            if (HasRoomUnderLock)
            {
                (room, _room) = (_room, null);
            }
        }

        room?.TrySetResult();
        AbortIfStopped();
        return isDone;
    }

    /// <summary>Ends the connection when it takes no more requests and owes no answer.</summary>
    private void AbortIfStopped()
    {
        bool isOver;
        lock (_lock)
        {
            isOver = _isStopping && !_isAborted && _head is null && !_isDraining && !_isInBurst;
        }

        if (isOver)
        {
            Abort();
        }
    }

    /// <summary>Lets go of answers that were not sent; requests still under way let go of theirs when they complete.</summary>
    private void DropAnswers()
    {
        lock (_lock)
        {
            for (RequestContext? request = _head; request is not null; request = request.Next)
            {
                if (request.IsComplete)
                {
                    request.Release();
                }
            }

            _head = _tail = null;
            _areAnswersDropped = true;
        }
    }
}
