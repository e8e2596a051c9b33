using Compat.Replication.Partitions;
using Compat.Server.Platform;
using Compat.Wire;

namespace Compat.Server.Fetching;

/// <summary>
/// A Fetch that found too little and waits: until its partitions have enough, until its time is over, until it is told to
/// end, or until its connection is gone. Whatever happens first queues one look, which is carried out after the burst of requests that gave
/// the news, or by the pool (<see cref="BurstWork"/>): a producer is not kept waiting by those who read what it wrote.
/// </summary>
internal sealed class WaitingFetch : Deadline, IPartitionWaiter, IThreadPoolWorkItem
{
    private readonly FetchReader _reader;
    private readonly FetchPlan _plan;
    private readonly DeadlineQueue _deadlines;
    private readonly BurstWork _owed;
    private readonly TaskCompletionSource<FetchRead> _completion = new();
    private readonly List<Partition> _partitions = [];
    private CancellationTokenRegistration _closing;

    // 0 idle, 1 a look is queued or under way, 2 another one is due after it.
    private int _looks;
    private volatile bool _isOver;

    public WaitingFetch(FetchReader reader, FetchPlan plan, DeadlineQueue deadlines, BurstWork owed)
    {
        _owed = owed;
        _reader = reader;
        _plan = plan;
        _deadlines = deadlines;
    }

    /// <summary>Waits for at most <paramref name="maxWait"/> and reads.</summary>
    public async ValueTask<FetchRead> WaitAsync(TimeSpan maxWait, CancellationToken connectionClosed)
    {
        foreach (FetchTarget target in _plan.Targets)
        {
            if (_reader.Find(_plan, target, out Partition? partition) == ErrorCode.None)
            {
                _partitions.Add(partition!);
                partition!.AddWaiter(this);
            }
        }

        _closing = connectionClosed.UnsafeRegister(static state => ((WaitingFetch)state!).End(), this);
        _deadlines.Schedule(this, maxWait);

        // What arrived between the read before and the registration has called nobody.
        QueueLook();
        try
        {
            return await _completion.Task;
        }
        finally
        {
            _deadlines.Cancel(this);
            _closing.Dispose();
            foreach (Partition partition in _partitions)
            {
                partition.RemoveWaiter(this);
            }
        }
    }

    /// <inheritdoc/>
    public void OnChanged(Partition partition) => QueueLook();

    /// <summary>Looks whether the wait is over, one look at a time.</summary>
    public void Execute()
    {
        do
        {
            Interlocked.Exchange(ref _looks, 1);
            if (Look())
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _looks, 0, 1) != 1);
    }

    internal override void Pass() => End();

    /// <summary>Ends the wait with what there is.</summary>
    public void End()
    {
        _isOver = true;
        QueueLook();
    }

    private void QueueLook()
    {
        if (Interlocked.Exchange(ref _looks, 2) == 0)
        {
            _owed.Add(this);
        }
    }

    private bool Look()
    {
        (bool hasNews, bool isGone) = Survey();
        bool isOver = _isOver || isGone;
        if (!isOver && !hasNews)
        {
            return false;
        }

        try
        {
            FetchRead read = _reader.Read(_plan, isArrival: false);
            if (isOver || read.IsUrgent || read.Bytes >= _plan.MinBytes)
            {
                _completion.SetResult(read);
                return true;
            }

            read.Dispose();
            return false;
        }
        catch (Exception e)
        {
            _completion.SetException(e);
            return true;
        }
    }

    /// <summary>Whether any partition has something to tell, and whether one is no longer here.</summary>
    private (bool HasNews, bool IsGone) Survey()
    {
        bool hasNews = false;
        int found = 0;
        foreach (FetchTarget target in _plan.Targets)
        {
            if (_reader.Find(_plan, target, out Partition? partition) == ErrorCode.None)
            {
                found++;
                hasNews |= FetchReader.HasNews(_plan, target, partition!);
            }
        }

        return (hasNews, found < _partitions.Count);
    }
}
