using Compat.Log.Flushing;
using Compat.Log.Segments;
using Compat.Log.Storage;
using Compat.Wire;
using Compat.Wire.Records;
using Microsoft.Extensions.Logging;

namespace Compat.Log;

/// <summary>What all logs of a broker share, so that a log itself is small.</summary>
public sealed class LogContext
{
    private readonly Lock _randomLock = new();
    private readonly Random _random;

    /// <summary>Brings together what logs need from outside.</summary>
    /// <param name="storage">Where files are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For jitter and unique directory names.</param>
    /// <param name="logger">Where what happens is said.</param>
    public LogContext(IStorage storage, TimeProvider time, Random random, ILogger logger)
    {
        Storage = storage;
        Time = time;
        _random = random;
        Logger = logger;
        Later = new DelayedActions(time, logger);
        RetentionClock = new RetentionClock(time, logger);
    }

    /// <summary>Where files are.</summary>
    public IStorage Storage { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Where what happens is said.</summary>
    public ILogger Logger { get; }

    /// <summary>Work that is done beside the requests.</summary>
    public DelayedActions Later { get; }

    /// <summary>Who flushes beside the requests.</summary>
    public IFlushScheduler Flushes { get; init; } = new FlushThreads();

    /// <summary>
    /// How long a producer without an open transaction is remembered after its last append, ms: <c>producer.id.expiration.ms</c>.
    /// </summary>
    public int ProducerIdExpirationMs { get; set; } = 86_400_000;

    /// <summary>How many bytes a compressed batch may inflate to: <c>max.decompressed.message.bytes</c>.</summary>
    public int MaxDecompressedBytes { get; init; } = Compression.DefaultMaxDecompressedBytes;

    /// <summary>Called when the device failed under a log, so that its directory can be taken offline. Set once, before logs are opened.</summary>
    public Action<PartitionLog, Exception>? OnFailure { get; set; }

    /// <summary>Called when a segment that was rolled is on the device, so that a start need not read it again. Set once, before logs are opened.</summary>
    public Action<PartitionLog>? OnSegmentFlushed { get; set; }

    /// <summary>
    /// Called when a log start offset was moved up within a log, which only a checkpoint remembers. The log's lock is held. Set once, before
    /// logs are opened.
    /// </summary>
    public Action<PartitionLog>? OnRecordsDeleted { get; set; }

    /// <summary>Called when a log was truncated below its recovery point, before more is appended. Set once, before logs are opened.</summary>
    public Action<PartitionLog>? OnRecoveryPointLowered { get; set; }

    /// <summary>The time that retention goes by.</summary>
    internal RetentionClock RetentionClock { get; }

    /// <summary>The wall clock, ms since 1970.</summary>
    internal long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A random number from 0 to below a bound.</summary>
    internal long NextRandom(long bound)
    {
        lock (_randomLock)
        {
            return bound <= 0 ? 0 : _random.NextInt64(bound);
        }
    }

    /// <summary>A new id.</summary>
    internal Uuid NextUuid()
    {
        lock (_randomLock)
        {
            return Uuid.Create(_random);
        }
    }

    /// <summary>32 random hexadecimal digits, which make the name of a directory that is to be deleted unique.</summary>
    internal string NextUniqueName()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_randomLock)
        {
            _random.NextBytes(bytes);
        }

        return Convert.ToHexStringLower(bytes);
    }

    internal void ReportFailure(PartitionLog log, Exception exception) => OnFailure?.Invoke(log, exception);

    internal void OnIndexRebuilt(Segment segment) => LogMessages.IndexRebuilt(Logger, segment);
}
