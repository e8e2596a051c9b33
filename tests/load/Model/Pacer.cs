using System.Diagnostics;

namespace Compat.Load.Model;

/// <summary>
/// Says when each operation was meant to start. With a rate, latency is counted from that moment and not from when a
/// late generator got round to it, which is what keeps coordinated omission out of the percentiles.
/// </summary>
internal sealed class Pacer
{
    private readonly double _ticksPerOperation;
    private readonly long _startTimestamp = Stopwatch.GetTimestamp();
    private long _operations;

    /// <summary>A pace of <paramref name="ratePerSecond"/> operations a second; 0 is as fast as answers come.</summary>
    public Pacer(double ratePerSecond)
        => _ticksPerOperation = ratePerSecond > 0 ? Stopwatch.Frequency / ratePerSecond : 0;

    /// <summary>Waits for the next start and returns its timestamp in <see cref="Stopwatch"/> ticks.</summary>
    public long WaitForNext()
    {
        if (_ticksPerOperation == 0)
        {
            return Stopwatch.GetTimestamp();
        }

        var intended = _startTimestamp + (long)(_operations++ * _ticksPerOperation);
        while (true)
        {
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), intended);
            if (left <= TimeSpan.Zero)
            {
                return intended;
            }

            // A sleep overshoots by up to its granularity; the last bit is spun away.
            if (left > TimeSpan.FromMilliseconds(2))
            {
                Thread.Sleep(left - TimeSpan.FromMilliseconds(1));
            }
            else
            {
                Thread.SpinWait(20);
            }
        }
    }
}
