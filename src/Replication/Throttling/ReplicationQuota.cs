namespace Compat.Replication.Throttling;

/// <summary>
/// A rate that is held over a sliding window, as Kafka holds those of replication: what was copied in the samples of the window, over the
/// time that they cover so far. Safe for any number of threads.
/// </summary>
public sealed class ReplicationQuota
{
    /// <summary>The rate that holds nobody back.</summary>
    public const long Unlimited = long.MaxValue;

    private readonly Lock _lock = new();
    private readonly List<(TimeSpan Start, long Bytes)> _samples = [];
    private readonly TimeProvider _time;
    private readonly TimeSpan _sample;
    private readonly TimeSpan _window;
    private long _bytesPerSecond = Unlimited;

    /// <summary>Makes a quota without a limit.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="samples">replication.quota.window.num.</param>
    /// <param name="sample">replication.quota.window.size.seconds.</param>
    public ReplicationQuota(TimeProvider time, int samples, TimeSpan sample)
    {
        _time = time;
        _sample = sample;
        _window = sample * samples;
    }

    /// <summary>The most bytes a second.</summary>
    public long BytesPerSecond
    {
        get => Interlocked.Read(ref _bytesPerSecond);
        set => Interlocked.Exchange(ref _bytesPerSecond, value);
    }

    /// <summary>Whether more was copied than the rate allows.</summary>
    public bool IsExceeded
    {
        get
        {
            long limit = BytesPerSecond;
            if (limit == Unlimited)
            {
                return false;
            }
            lock (_lock)
            {
                TimeSpan now = Forget();
                if (_samples.Count == 0)
                {
                    return false;
                }
                // The first moments of a window say nothing of a rate.
                TimeSpan covered = now - _samples[0].Start;
                return _samples.Sum(each => each.Bytes) / (covered > _sample ? covered : _sample).TotalSeconds > limit;
            }
        }
    }

    /// <summary>Counts what was copied.</summary>
    public void Record(long bytes)
    {
        lock (_lock)
        {
            TimeSpan now = Forget();
            if (_samples.Count == 0 || now - _samples[^1].Start >= _sample)
            {
                _samples.Add((now, 0));
            }
            _samples[^1] = _samples[^1] with { Bytes = _samples[^1].Bytes + bytes };
        }
    }

    private TimeSpan Forget()
    {
        TimeSpan now = _time.GetElapsedTime(0);
        _samples.RemoveAll(each => now - each.Start >= _window);
        return now;
    }
}
