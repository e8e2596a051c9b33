using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Coordination.Runtime;

/// <summary>
/// Hosts the shard of one partition while this broker leads it. One turn runs at a time, on the thread that asked for it when
/// the shard is free; otherwise it waits in a queue, which a thread of the pool then works off, several turns an append.
/// </summary>
internal sealed partial class ShardHost<TShard> : IThreadPoolWorkItem, IDisposable
    where TShard : class, ICoordinatorShard
{
    /// <summary>Turns that wait for one shard; one more is answered COORDINATOR_NOT_AVAILABLE.</summary>
    public const int MaxQueuedTurns = 1 << 16;

    private const int MaxTurnsAnAppend = 64;

    private readonly ShardHostEnvironment<TShard> _environment;
    private readonly int _partition;
    private readonly CommitGate _gate = new();
    private readonly BatchAppender _appender;
    private readonly TimerTurn<TShard> _timerTurn = new();
    private readonly ITimer _timer;

    // The queue and who works on the shard; nothing else is shared between threads.
    private readonly Lock _lock = new();
    private readonly Queue<IQueuedTurn<TShard>> _queue = new();
    private bool _isBusy;
    private bool _isTimerQueued;

    // Below: owned by whoever set _isBusy.
    private readonly List<IQueuedTurn<TShard>> _taken = [];
    private ICoordinatorLog? _log;
    private TShard? _shard;
    private Turn? _turn;
    private long _armedForMs = long.MaxValue;
    private volatile ErrorCode _unavailable = ErrorCode.NotCoordinator;

    public ShardHost(ShardHostEnvironment<TShard> environment, int partition)
    {
        _environment = environment;
        _partition = partition;
        _appender = new BatchAppender(environment.Options.Compression);
        _timer = environment.TimeProvider.CreateTimer(
            static state => ((ShardHost<TShard>)state!).TimersAreDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why no turn can run now; <see cref="ErrorCode.None"/> when the shard is loaded.</summary>
    public ErrorCode Unavailable => _unavailable;

    /// <summary>False while another broker may have taken the partition over without this one having heard of it.</summary>
    public bool IsSure => Volatile.Read(ref _log) is not { IsSure: false };

    private ILogger Logger => _environment.Logger;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private bool TryBegin()
    {
        lock (_lock)
        {
            if (_isBusy)
            {
                return false;
            }

            _isBusy = true;
            return true;
        }
    }

    private void End()
    {
        ArmTimer();
        lock (_lock)
        {
            if (_queue.Count == 0)
            {
                _isBusy = false;
                return;
            }
        }

        // Whoever came meanwhile is served by another thread: this one has its answer and a connection to go on with.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Post(IQueuedTurn<TShard> turn)
    {
        bool runsHere;
        bool isRefused = false;
        lock (_lock)
        {
            runsHere = !_isBusy;
            _isBusy = true;
            if (!runsHere)
            {
                isRefused = _queue.Count >= MaxQueuedTurns && turn is not HostTurn<TShard>;
                if (!isRefused)
                {
                    _queue.Enqueue(turn);
                }
            }
        }

        if (runsHere)
        {
            RunOwned(turn);
        }
        else if (isRefused)
        {
            turn.Fail(ErrorCode.CoordinatorNotAvailable);
        }
    }

    /// <summary>Works the queue off on a thread of the pool; the shard was handed over by whoever was busy with it.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (TakeQueued())
        {
            RunTaken();
        }
    }

    private bool TakeQueued()
    {
        ArmTimer();
        lock (_lock)
        {
            while (_taken.Count < MaxTurnsAnAppend && _queue.TryDequeue(out IQueuedTurn<TShard>? turn))
            {
                _taken.Add(turn);
            }

            _isBusy = _taken.Count > 0;
            return _isBusy;
        }
    }

    private void ArmTimer()
    {
        long due = Math.Min(_turn?.Timers.NextDueMs ?? long.MaxValue, _gate.NextDueMs);
        if (due >= _armedForMs)
        {
            return;
        }

        // Set only when something is due earlier than the timer rings: a heartbeat moves a deadline and leaves it alone.
        _armedForMs = due;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, due - _environment.UptimeMs)), Timeout.InfiniteTimeSpan);
    }

    private void TimersAreDue()
    {
        lock (_lock)
        {
            if (_isTimerQueued)
            {
                return;
            }

            _isTimerQueued = true;
        }

        Post(_timerTurn);
    }
}
