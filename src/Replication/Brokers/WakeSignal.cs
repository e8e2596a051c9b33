namespace Compat.Replication.Brokers;

/// <summary>Something that one waits for, for at most a time. A signal given while nobody waits ends the next wait.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private TaskCompletionSource _signal = NewSignal();

    public WakeSignal(TimeProvider time) =>
        _timer = time.CreateTimer(_ => Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Ends the present wait or the next.</summary>
    public void Set()
    {
        lock (_gate)
        {
            _signal.TrySetResult();
        }
    }

    /// <summary>Waits for the signal or until the time is over. For one waiter.</summary>
    public async Task WaitAsync(TimeSpan atMost)
    {
        Task signal;
        lock (_gate)
        {
            _timer.Change(atMost, Timeout.InfiniteTimeSpan);
            signal = _signal.Task;
        }
        await signal.ConfigureAwait(false);
        lock (_gate)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _signal = NewSignal();
        }
    }

    public void Dispose() => _timer.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
