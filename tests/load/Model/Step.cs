using System.Diagnostics;
using HdrHistogram;

namespace Compat.Load.Model;

/// <summary>One thing a scenario does over and over, with how often, how many bytes and how long. Safe to use from many threads.</summary>
internal sealed class Step
{
    // A tenth of a microsecond to ten minutes, in ticks of 100 ns.
    private const long LongestTicks = 600 * TimeSpan.TicksPerSecond;
    private readonly LongConcurrentHistogram _latency = new(1, LongestTicks, 3);
    private long _count;
    private long _bytes;
    private long _failures;

    public Step(string name) => Name = name;

    public string Name { get; }

    public long Count => Interlocked.Read(ref _count);

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The last failure's text, for the report.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Adds operations that ended well, without a latency.</summary>
    public void Add(long operations, long bytes)
    {
        Interlocked.Add(ref _count, operations);
        Interlocked.Add(ref _bytes, bytes);
    }

    /// <summary>Adds one operation that ended well and that should have started at <paramref name="startTimestamp"/>.</summary>
    public void Record(long startTimestamp, long bytes)
    {
        Add(1, bytes);
        RecordLatency(startTimestamp);
    }

    /// <summary>Adds a latency of an operation that is counted elsewhere (a sample).</summary>
    public void RecordLatency(long startTimestamp)
        => _latency.RecordValue(Math.Clamp(Stopwatch.GetElapsedTime(startTimestamp).Ticks, 1, LongestTicks));

    public void Fail(string why)
    {
        Interlocked.Increment(ref _failures);
        LastFailure = why;
    }

    /// <summary>The latency at <paramref name="percentile"/> (0 to 100) in milliseconds; 0 when none was recorded.</summary>
    public double Milliseconds(double percentile)
        => _latency.TotalCount == 0 ? 0 : _latency.GetValueAtPercentile(percentile) / (double)TimeSpan.TicksPerMillisecond;

    public double MeanMilliseconds => _latency.TotalCount == 0 ? 0 : _latency.GetMean() / TimeSpan.TicksPerMillisecond;

    /// <summary>Forgets what was recorded so far: the end of the warm-up.</summary>
    public void Reset()
    {
        _latency.Reset();
        Interlocked.Exchange(ref _count, 0);
        Interlocked.Exchange(ref _bytes, 0);
    }
}
