namespace Compat.Server.Platform;

/// <summary>
/// Everything of a broker that waits for a moment: one timer of the time provider for all of it, armed for the
/// earliest. Waiting and giving up cost a step in a heap and no system call.
/// </summary>
internal sealed class DeadlineQueue : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly List<Deadline> _heap = [];
    private long _armedFor = long.MaxValue;

    public DeadlineQueue(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((DeadlineQueue)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many deadlines are waited for.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _heap.Count;
            }
        }
    }

    /// <summary>
    /// Has <paramref name="deadline"/> pass after <paramref name="delay"/>, unless it is cancelled. One that is waiting
    /// already may not be scheduled again.
    /// </summary>
    public void Schedule(Deadline deadline, TimeSpan delay)
    {
        lock (_lock)
        {
            if (deadline.Index >= 0)
            {
                throw new InvalidOperationException("The deadline is already being waited for.");
            }

            deadline.DueAt = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
            deadline.Index = _heap.Count;
            _heap.Add(deadline);
            MoveUp(deadline.Index);
            Arm();
        }
    }

    /// <summary>Stops waiting for a deadline. False when it has passed, or was never scheduled.</summary>
    public bool Cancel(Deadline deadline)
    {
        lock (_lock)
        {
            if (deadline.Index < 0)
            {
                return false;
            }

            // The timer stays armed: an early look is cheaper than setting it back each time.
            Remove(deadline);
            return true;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        lock (_lock)
        {
            _armedFor = long.MaxValue;
        }

        while (TakeDue() is Deadline due)
        {
            due.Pass();
        }

        lock (_lock)
        {
            Arm();
        }
    }

    private Deadline? TakeDue()
    {
        lock (_lock)
        {
            if (_heap.Count == 0 || _heap[0].DueAt > _time.GetTimestamp())
            {
                return null;
            }

            Deadline due = _heap[0];
            Remove(due);
            return due;
        }
    }

    private void Arm()
    {
        if (_heap.Count == 0 || _heap[0].DueAt >= _armedFor)
        {
            return;
        }

        _armedFor = _heap[0].DueAt;
        double seconds = Math.Max(0, _armedFor - _time.GetTimestamp()) / (double)_time.TimestampFrequency;

        // Timers count in milliseconds; rounding up keeps them from firing before the deadline.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(seconds * 1000)), Timeout.InfiniteTimeSpan);
    }

    private void Remove(Deadline deadline)
    {
        int index = deadline.Index;
        Deadline last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        deadline.Index = -1;
        if (last != deadline)
        {
            Place(last, index);
            MoveUp(index);
            MoveDown(last.Index);
        }
    }

    private void MoveUp(int index)
    {
        Deadline moved = _heap[index];
        while (index > 0 && _heap[(index - 1) / 2].DueAt > moved.DueAt)
        {
            Place(_heap[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }

        Place(moved, index);
    }

    private void MoveDown(int index)
    {
        Deadline moved = _heap[index];
        while ((2 * index) + 1 < _heap.Count)
        {
            int child = (2 * index) + 1;
            if (child + 1 < _heap.Count && _heap[child + 1].DueAt < _heap[child].DueAt)
            {
                child++;
            }

            if (_heap[child].DueAt >= moved.DueAt)
            {
                break;
            }

            Place(_heap[child], index);
            index = child;
        }

        Place(moved, index);
    }

    private void Place(Deadline deadline, int index)
    {
        _heap[index] = deadline;
        deadline.Index = index;
    }
}

/// <summary>Something that happens when a moment has passed.</summary>
internal abstract class Deadline
{
    /// <summary>The moment, in the time provider's timestamps. Guarded by the queue.</summary>
    internal long DueAt { get; set; }

    /// <summary>The place in the queue's heap, or -1. Guarded by the queue.</summary>
    internal int Index { get; set; } = -1;

    /// <summary>Called once the moment has passed, on the timer's thread: must be quick and must not throw.</summary>
    internal abstract void Pass();
}
