namespace Compat.Replication.Quorum;

/// <summary>
/// Runs one piece of work on the thread pool, never twice at the same time, and at least once after each signal. Many
/// signals while it runs make one further run.
/// </summary>
internal sealed class SerialWorker : IThreadPoolWorkItem
{
    private readonly Action _body;
    private int _signals;
    private TaskCompletionSource? _idle;

    /// <param name="body">The work. It must not throw.</param>
    public SerialWorker(Action body) => _body = body;

    /// <summary>Asks for a run.</summary>
    public void Signal()
    {
        if (Interlocked.Increment(ref _signals) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Asks for a last run and returns when the work rests. There must be no signals afterwards.</summary>
    public Task DrainAsync()
    {
        _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Signal();
        return _idle.Task;
    }

    void IThreadPoolWorkItem.Execute()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _signals);
            _body();
        }
        while (Interlocked.Add(ref _signals, -seen) != 0);
        _idle?.TrySetResult();
    }
}
