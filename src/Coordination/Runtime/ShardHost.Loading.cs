using Compat.Wire;

namespace Compat.Coordination.Runtime;

internal sealed partial class ShardHost<TShard>
{
    // A disk that refuses every append would otherwise have the shard reloaded at the rate of the requests.
    private const int FirstReloadDelayMs = 100;
    private const int MaxReloadDelayMs = 5000;

    private int _failedAppends;
    private Load? _load;
    private ITimer? _reloadTimer;

    /// <summary>Loads the shard: this broker became the partition's leader.</summary>
    public void Elect(ICoordinatorLog log) => Post(new HostTurn<TShard>("elect", () =>
    {
        Leave();
        _log = log;
        _failedAppends = 0;
        log.OnCommitted(() => _gate.Advance(log.HighWatermark));
        StartLoading();
    }));

    /// <summary>Lets the shard go: this broker no longer leads the partition, or is closing.</summary>
    public void Resign() => Post(new HostTurn<TShard>("resign", Leave));

    private void Leave()
    {
        _load = null;
        _reloadTimer?.Dispose();
        _reloadTimer = null;
        _unavailable = ErrorCode.NotCoordinator;
        ForgetShard(ErrorCode.NotCoordinator);
        _gate.FailAll(ErrorCode.NotCoordinator);
        _log?.OnCommitted(null);
        _log = null;
    }

    /// <summary>Drops a shard that may know more than its log does, and loads it again.</summary>
    private void DropShard(ErrorCode error)
    {
        ForgetShard(error);
        _unavailable = ErrorCode.CoordinatorLoadInProgress;
        int delay = _failedAppends == 0 ? 0 : Math.Min(FirstReloadDelayMs << Math.Min(_failedAppends - 1, 10), MaxReloadDelayMs);
        _failedAppends++;
        if (delay == 0)
        {
            StartLoading();
            return;
        }

        _load = null;
        _reloadTimer?.Dispose();
        _reloadTimer = _environment.TimeProvider.CreateTimer(
            _ => Post(new HostTurn<TShard>("reload", Reload)), null, TimeSpan.FromMilliseconds(delay), Timeout.InfiniteTimeSpan);
    }

    private void Reload()
    {
        if (_log is not null && _shard is null && _load is null)
        {
            StartLoading();
        }
    }

    private void ForgetShard(ErrorCode error)
    {
        if (_shard is not { } shard || _turn is not { } turn)
        {
            return;
        }

        _shard = null;
        _turn = null;
        foreach (Reply reply in turn.Answered)
        {
            reply.Fail(error);
        }

        // Who waits for others has no part in the failure: it looks for the coordinator again and joins again.
        foreach (Reply reply in shard.Waiting())
        {
            reply.Fail(ErrorCode.NotCoordinator);
        }
    }

    private void StartLoading()
    {
        ICoordinatorLog log = _log!;
        TShard shard = _environment.NewShard(_partition);
        if (log.StartOffset == log.EndOffset)
        {
            Install(shard);
            return;
        }

        _unavailable = ErrorCode.CoordinatorLoadInProgress;
        _load = new Load(this, log, shard);
        ThreadPool.UnsafeQueueUserWorkItem(_load, preferLocal: false);
    }

    private void Install(TShard shard)
    {
        _load = null;
        _shard = shard;
        _turn = new Turn(shard, _environment.NewRandom());
        _unavailable = ErrorCode.None;
        TryBeginTurns(out _, out _);
        _turn.Begin(_environment.NowMs, _environment.UptimeMs);
        shard.Owed(_turn);
        FinishTurns(_turn);
    }

    /// <summary>Applies a log to a shard that nobody else knows yet.</summary>
    private sealed class Load(ShardHost<TShard> host, ICoordinatorLog log, TShard shard) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            bool isLoaded = false;
            try
            {
                ShardHostEnvironment<TShard> environment = host._environment;
                long start = environment.UptimeMs;
                var loader = new ShardLoader(log, shard, environment.Options, host._partition, environment.Logger);
                isLoaded = loader.TryLoad(() => ReferenceEquals(Volatile.Read(ref host._load), this));
                if (isLoaded)
                {
                    RuntimeLog.Loaded(environment.Logger, environment.Options.Name, host._partition, loader.Records, environment.UptimeMs - start);
                }
            }
            catch (Exception failure)
            {
                RuntimeLog.LoadFailed(host.Logger, failure, host._environment.Options.Name, host._partition);
            }

            host.Post(new HostTurn<TShard>("loaded", () => Finish(isLoaded)));
        }

        private void Finish(bool isLoaded)
        {
            if (!ReferenceEquals(host._load, this))
            {
                return;
            }

            if (isLoaded)
            {
                host.Install(shard);
            }
            else
            {
                host._unavailable = ErrorCode.NotCoordinator;
                host._load = null;
            }
        }
    }
}
