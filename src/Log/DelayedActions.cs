using Microsoft.Extensions.Logging;

namespace Compat.Log;

/// <summary>
/// Work that need not be done at once, or only after a delay: flushing a rolled segment, deleting files. One action runs
/// at a time, on a thread of the pool, in the order they fall due. What is still waiting when the broker stops is not
/// done; the next start finds it.
/// </summary>
public sealed partial class DelayedActions : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PriorityQueue<Action, (long DueTimestamp, long Number)> _waiting = new();
    private readonly ITimer _timer;
    private long _number;
    private bool _isRunning;
    private bool _isDisposed;

    /// <summary>Makes an empty queue that goes by the given clock.</summary>
    public DelayedActions(TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => RunDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The actions that have not begun yet.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Runs an action after a delay, or as soon as possible. An exception it throws is logged.</summary>
    public void Add(TimeSpan delay, Action action)
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            long due = _time.GetTimestamp() + (long)(Math.Max(0, delay.TotalSeconds) * _time.TimestampFrequency);
            _waiting.Enqueue(action, (due, _number++));
            SetTimer();
        }
    }

    /// <summary>Stops; no action begins any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _waiting.Clear();
        }

        _timer.Dispose();
    }

    private void RunDue()
    {
        while (TryTake(out Action? action))
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                LogFailure(_logger, exception);
            }
            finally
            {
                lock (_lock)
                {
                    _isRunning = false;
                }
            }
        }

        lock (_lock)
        {
            SetTimer();
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Action? action)
    {
        lock (_lock)
        {
            action = null;
            if (_isRunning || !_waiting.TryPeek(out _, out (long DueTimestamp, long Number) next) || next.DueTimestamp > _time.GetTimestamp())
            {
                return false;
            }

            action = _waiting.Dequeue();
            _isRunning = true;
            return true;
        }
    }

    // While an action runs the thread it runs on looks for the next one itself.
    private void SetTimer()
    {
        if (_isDisposed || _isRunning || !_waiting.TryPeek(out _, out (long DueTimestamp, long Number) next))
        {
            return;
        }

        TimeSpan wait = _time.GetElapsedTime(_time.GetTimestamp(), next.DueTimestamp);
        if (wait < TimeSpan.Zero)
        {
            wait = TimeSpan.Zero;
        }

        // A timer may be a little early and takes no wait of months.
        TimeSpan rounded = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Min(wait.TotalMilliseconds, int.MaxValue)));
        _timer.Change(rounded, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A delayed action of the log failed")]
    private static partial void LogFailure(ILogger logger, Exception exception);
}
