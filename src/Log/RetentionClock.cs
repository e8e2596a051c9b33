using Microsoft.Extensions.Logging;

namespace Compat.Log;

/// <summary>
/// The time by which records are old enough to be deleted. It is the wall clock, but for a jump ahead: the monotonic clock knows
/// that so much time has not passed, and what is deleted by mistake does not come back. Such a jump counts once it has lasted,
/// because then it was no mistake but the end of one.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="logger">Where a jump is said.</param>
internal sealed class RetentionClock(TimeProvider time, ILogger logger)
{
    /// <summary>How long the clock has to stay ahead to be believed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    // Clocks are adjusted by small steps all the time.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _wall = time.GetUtcNow();
    private long _timestamp = time.GetTimestamp();
    private long? _aheadSince;

    /// <summary>The time now, ms since 1970.</summary>
    public long NowMs
    {
        get
        {
            lock (_lock)
            {
                return Now().ToUnixTimeMilliseconds();
            }
        }
    }

    private DateTimeOffset Now()
    {
        DateTimeOffset wall = time.GetUtcNow();
        long timestamp = time.GetTimestamp();
        DateTimeOffset steady = _wall + time.GetElapsedTime(_timestamp, timestamp);
        if (wall <= steady + Tolerance || (_aheadSince is { } since && time.GetElapsedTime(since, timestamp) >= Patience))
        {
            (_wall, _timestamp, _aheadSince) = (wall, timestamp, null);
            return wall;
        }

        if (_aheadSince is null)
        {
            _aheadSince = timestamp;
            LogMessages.ClockJumped(logger, (wall - steady).TotalSeconds, Patience.TotalSeconds);
        }

        return steady;
    }
}
