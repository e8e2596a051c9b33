using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Hosting;

/// <summary>A clock whose wall time can be set wrong, while the time that passes, and timers with it, go on.</summary>
internal sealed class SettableWallClock(FakeTimeProvider time) : TimeProvider
{
    public FakeTimeProvider Time => time;

    /// <summary>How far the wall clock is set ahead.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Whether the monotonic clock jumps along, as if there were none.</summary>
    public bool IsMonotonicClockMissing { get; set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Ahead;

    public override long GetTimestamp() =>
        time.GetTimestamp() + (IsMonotonicClockMissing ? (long)(Ahead.TotalSeconds * time.TimestampFrequency) : 0);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}
