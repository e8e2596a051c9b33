using Compat.Log.Cleaning;
using Compat.Wire;

namespace Compat.Log;

/// <summary>How a broker's log directories are run; the names are those of Kafka's settings.</summary>
public sealed record LogManagerOptions
{
    /// <summary>The log directories, <c>log.dirs</c>; at least one.</summary>
    public required IReadOnlyList<string> LogDirs { get; init; }

    /// <summary>The cluster's id, as <c>meta.properties</c> of a directory that has none will say it.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The node's id, likewise.</summary>
    public required int NodeId { get; init; }

    /// <summary>Logs of one directory loaded at a time, <c>num.recovery.threads.per.data.dir</c>.</summary>
    public int RecoveryThreadsPerDataDir { get; init; } = 2;

    /// <summary>From the start to the first run of each of the tasks below, ms, <c>log.initial.task.delay.ms</c>.</summary>
    public long InitialTaskDelayMs { get; init; } = 30_000;

    /// <summary>Between two looks for segments to delete, ms, <c>log.retention.check.interval.ms</c>.</summary>
    public long RetentionCheckIntervalMs { get; init; } = 300_000;

    /// <summary>Between two writings of the recovery points, ms, <c>log.flush.offset.checkpoint.interval.ms</c>.</summary>
    public long FlushOffsetCheckpointIntervalMs { get; init; } = 60_000;

    /// <summary>Between two writings of the log start offsets, ms, <c>log.flush.start.offset.checkpoint.interval.ms</c>.</summary>
    public long FlushStartOffsetCheckpointIntervalMs { get; init; } = 60_000;

    /// <summary>Between two writings of the high watermarks, ms, <c>replica.high.watermark.checkpoint.interval.ms</c>.</summary>
    public long HighWatermarkCheckpointIntervalMs { get; init; } = 5_000;

    /// <summary>Between two looks for producers to forget, ms, <c>producer.id.expiration.check.interval.ms</c>.</summary>
    public long ProducerIdExpirationCheckIntervalMs { get; init; } = 600_000;

    /// <summary>How compacted logs are cleaned.</summary>
    public LogCleanerOptions Cleaner { get; init; } = new();

    /// <summary>
    /// Whether closing makes everything durable, and with it the promise of a clean shutdown. False for directories that
    /// are thrown away at the end.
    /// </summary>
    public bool FlushOnClose { get; init; } = true;
}

/// <summary>What is known of a log that a start finds.</summary>
/// <param name="TopicPartition">Whose it is, by the directory's name.</param>
/// <param name="TopicId">The topic's id that the directory says; zero when it says none.</param>
public readonly record struct FoundLog(TopicPartition TopicPartition, Uuid TopicId);
