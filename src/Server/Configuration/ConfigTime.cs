namespace Compat.Server.Configuration;

/// <summary>Times from settings, fit for a timer.</summary>
internal static class ConfigTime
{
    /// <summary>The longest time a timer takes, about 49 days; anything longer means "practically never".</summary>
    private const long MaxTimerMs = uint.MaxValue - 1L;

    /// <summary>A time of so many milliseconds, or the longest a timer takes.</summary>
    public static TimeSpan Milliseconds(long value) => TimeSpan.FromMilliseconds(Math.Clamp(value, 0, MaxTimerMs));
}
