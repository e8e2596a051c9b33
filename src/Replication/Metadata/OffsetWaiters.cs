namespace Compat.Replication.Metadata;

/// <summary>
/// Those who wait for an offset to be reached, ended in order of offset by one call. No timers: a wait ends by the
/// offset, by the end of all waits or by its own cancellation.
/// </summary>
/// <typeparam name="TResult">What a wait ends with.</typeparam>
internal sealed class OffsetWaiters<TResult>
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource<TResult>, long> _waiters = new();
    private readonly TResult _reached;
    private long _endOffset;
    private bool _isOver;
    private TResult _afterwards = default!;

    /// <param name="reached">The result of a wait for an offset that is reached.</param>
    public OffsetWaiters(TResult reached) => _reached = reached;

    /// <summary>Waits until an offset is reached.</summary>
    public ValueTask<TResult> WaitAsync(long offset, CancellationToken cancellation)
    {
        TaskCompletionSource<TResult> waiter;
        lock (_gate)
        {
            if (offset < _endOffset)
            {
                return new ValueTask<TResult>(_reached);
            }
            if (_isOver)
            {
                return new ValueTask<TResult>(_afterwards);
            }
            waiter = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(waiter, offset);
        }
        return new ValueTask<TResult>(waiter.Task.WaitAsync(cancellation));
    }

    /// <summary>All offsets below <paramref name="endOffset"/> are reached.</summary>
    public void Reach(long endOffset)
    {
        lock (_gate)
        {
            _endOffset = Math.Max(_endOffset, endOffset);
            while (_waiters.TryPeek(out TaskCompletionSource<TResult>? waiter, out long offset) && offset < endOffset)
            {
                _waiters.Dequeue();
                waiter.TrySetResult(_reached);
            }
        }
    }

    /// <summary>Ends all waits under way, but none to come.</summary>
    public void EndPending(TResult result)
    {
        lock (_gate)
        {
            while (_waiters.TryDequeue(out TaskCompletionSource<TResult>? waiter, out _))
            {
                waiter.TrySetResult(result);
            }
        }
    }

    /// <summary>No further offset will be reached: ends all waits, those to come included.</summary>
    public void End(TResult result)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }
            (_isOver, _afterwards) = (true, result);
            while (_waiters.TryDequeue(out TaskCompletionSource<TResult>? waiter, out _))
            {
                waiter.TrySetResult(result);
            }
        }
    }
}
