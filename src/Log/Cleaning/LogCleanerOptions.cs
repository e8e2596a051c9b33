namespace Compat.Log.Cleaning;

/// <summary>How compacted logs are cleaned; the names are those of Kafka's settings.</summary>
public sealed record LogCleanerOptions
{
    /// <summary>Whether logs are cleaned at all, <c>log.cleaner.enable</c>.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Logs cleaned at a time, <c>log.cleaner.threads</c>.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Bytes a second read and written by all threads together, <c>log.cleaner.io.max.bytes.per.second</c>.</summary>
    public double MaxIoBytesPerSecond { get; init; } = double.MaxValue;

    /// <summary>Memory for keys of all threads together, bytes, <c>log.cleaner.dedupe.buffer.size</c>.</summary>
    public long DedupeBufferBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>Memory for reading and writing of all threads together, bytes, <c>log.cleaner.io.buffer.size</c>.</summary>
    public int IoBufferBytes { get; init; } = 512 * 1024;

    /// <summary>How full the memory for keys may get, 0 to 1, <c>log.cleaner.io.buffer.load.factor</c>.</summary>
    public double LoadFactor { get; init; } = 0.9;

    /// <summary>From a look that found no log to clean to the next one, ms, <c>log.cleaner.backoff.ms</c>.</summary>
    public long BackoffMs { get; init; } = 15_000;

    /// <summary>What one thread has of the memory.</summary>
    internal CleanerLimits LimitsOfThread => new(
        DedupeBufferBytes / Math.Max(1, Threads), LoadFactor, IoBufferBytes / Math.Max(1, Threads) / 2, IoBufferBytes / Math.Max(1, Threads) / 2);
}
