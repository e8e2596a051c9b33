namespace Compat.Simulation.Time;

/// <summary>
/// The time of one process: it passes with the timeline, its wall clock may be wrong, it can be paused as by SIGSTOP, and
/// it ends with the process.
/// </summary>
internal sealed class NodeClock(Timeline timeline, string name) : TimeProvider
{
    private readonly List<Occurrence> _postponed = [];

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan Offset { get; set; }

    public bool IsPaused { get; private set; }

    public bool IsStopped { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Timeline.Beginning + timeline.Elapsed + Offset;

    public override long GetTimestamp() => timeline.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Nothing happens to the process until it is resumed.</summary>
    public void Pause() => IsPaused = true;

    /// <summary>What was due meanwhile happens now, in its order.</summary>
    public void Resume()
    {
        IsPaused = false;
        _postponed.ForEach(occurrence => timeline.Put(occurrence, timeline.Now));
        _postponed.Clear();
    }

    /// <summary>Nothing happens to the process any more.</summary>
    public void Stop() => IsStopped = true;

    public void Postpone(Occurrence occurrence) => _postponed.Add(occurrence);

    public override string ToString() => name;

    private sealed class Timer(NodeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private Occurrence? _next;
        private TimeSpan _period;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed)
            {
                return false;
            }

            _next?.Cancel();
            _period = period;
            _next = dueTime == Timeout.InfiniteTimeSpan ? null : clock.Timeline.After(dueTime, clock, Fire);
            return true;
        }

        public override string ToString() => $"timer of {callback.Method.DeclaringType}.{callback.Method.Name} with {state}";

        public void Dispose()
        {
            _isDisposed = true;
            _next?.Cancel();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            _next = _period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero ? null : clock.Timeline.After(_period, clock, Fire);
            callback(state);
        }
    }

    private Timeline Timeline => timeline;
}
