namespace Compat.Server.Configuration;

/// <summary>Where records are and how the logs are looked after.</summary>
public sealed record StorageConfig
{
    /// <summary>log.dirs, or log.dir: the directories, as absolute paths.</summary>
    public required IReadOnlyList<string> LogDirs { get; init; }

    /// <summary>log.retention.check.interval.ms: time between two looks for segments to delete.</summary>
    public required TimeSpan RetentionCheckInterval { get; init; }

    /// <summary>num.recovery.threads.per.data.dir: logs of one directory opened at a time.</summary>
    public required int RecoveryThreadsPerDataDir { get; init; }

    /// <summary>log.flush.offset.checkpoint.interval.ms: time between two writings of the recovery points.</summary>
    public required TimeSpan RecoveryPointInterval { get; init; }

    /// <summary>log.flush.start.offset.checkpoint.interval.ms: time between two writings of the log start offsets.</summary>
    public required TimeSpan LogStartOffsetInterval { get; init; }

    /// <summary>replica.high.watermark.checkpoint.interval.ms: time between two writings of the high watermarks.</summary>
    public required TimeSpan HighWatermarkInterval { get; init; }

    /// <summary>log.initial.task.delay.ms: time before the first of these.</summary>
    public required TimeSpan InitialTaskDelay { get; init; }

    /// <summary>max.decompressed.message.bytes: the largest size of a batch when decompressed.</summary>
    public required int MaxDecompressedMessageBytes { get; init; }

    internal static StorageConfig From(ConfigValues values) => new()
    {
        LogDirs = [.. (values.Optional<string[]>("log.dirs") ?? values.List("log.dir")).Select(Path.GetFullPath)],
        RetentionCheckInterval = ConfigTime.Milliseconds(values.Required<long>("log.retention.check.interval.ms")),
        RecoveryThreadsPerDataDir = values.Required<int>("num.recovery.threads.per.data.dir"),
        RecoveryPointInterval = ConfigTime.Milliseconds(values.Required<int>("log.flush.offset.checkpoint.interval.ms")),
        LogStartOffsetInterval = ConfigTime.Milliseconds(values.Required<int>("log.flush.start.offset.checkpoint.interval.ms")),
        HighWatermarkInterval = ConfigTime.Milliseconds(values.Required<long>("replica.high.watermark.checkpoint.interval.ms")),
        InitialTaskDelay = ConfigTime.Milliseconds(values.Required<long>("log.initial.task.delay.ms")),
        MaxDecompressedMessageBytes = values.Required<int>("max.decompressed.message.bytes"),
    };
}
