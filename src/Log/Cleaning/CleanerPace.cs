namespace Compat.Log.Cleaning;

/// <summary>
/// Holds all cleaning of a broker together to a number of bytes a second: who has gone beyond it waits for as long as the rate
/// then holds again. Safe for any number of threads.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CleanerPace(TimeProvider time)
{
    /// <summary>For how long bytes are counted before the rate is looked at.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(300);

    private readonly Lock _lock = new();
    private long _windowStart = time.GetTimestamp();
    private double _bytesInWindow;
    private double _maxBytesPerSecond = double.MaxValue;
    private long _totalBytes;

    /// <summary>The rate: <c>log.cleaner.io.max.bytes.per.second</c>.</summary>
    public double MaxBytesPerSecond
    {
        get => Volatile.Read(ref _maxBytesPerSecond);
        set => Volatile.Write(ref _maxBytesPerSecond, value);
    }

    /// <summary>All bytes read and written so far.</summary>
    public long TotalBytes => Volatile.Read(ref _totalBytes);

    /// <summary>Counts bytes that were read or written and waits if they were too many.</summary>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public void Passed(long bytes, CancellationToken cancellation)
    {
        TimeSpan wait = Count(bytes);
        if (wait > TimeSpan.Zero)
        {
            // The thread is the cleaner's own.
            Task.Delay(wait, time, cancellation).GetAwaiter().GetResult();
        }
    }

    private TimeSpan Count(long bytes)
    {
        lock (_lock)
        {
            _totalBytes += bytes;
            _bytesInWindow += bytes;
            TimeSpan elapsed = time.GetElapsedTime(_windowStart);
            if (elapsed < Window)
            {
                return TimeSpan.Zero;
            }

            // Until the bytes of the window fit the time since it began; the next window begins when the wait is over.
            TimeSpan wait = TimeSpan.FromSeconds(Math.Min(_bytesInWindow / Math.Max(MaxBytesPerSecond, 1), TimeSpan.FromDays(1).TotalSeconds)) - elapsed;
            wait = wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
            _windowStart = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
            _bytesInWindow = 0;
            return wait;
        }
    }
}
