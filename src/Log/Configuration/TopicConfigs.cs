using static Compat.Log.Configuration.ConfigRule;
using static Compat.Log.Configuration.ConfigType;

namespace Compat.Log.Configuration;

/// <summary>The topic settings of Kafka 4.4: names, types, defaults, valid values and the broker settings behind them.</summary>
public static partial class TopicConfigs
{
    /// <summary>All of them; 36 are public.</summary>
    public static readonly ConfigCatalog Catalog = new([.. Segments(), .. Cleanup(), .. Records(), .. Replication(), .. Remote()]);

    /// <summary>The cleanup policy that keeps the latest record of each key.</summary>
    public const string Compact = "compact";

    /// <summary>The cleanup policy that drops old segments.</summary>
    public const string Delete = "delete";

    private static ConfigDefinition Define(string name, ConfigType type, string? defaultText, ConfigRule? rule, string synonym, string documentation) =>
        new(name, type, defaultText, rule, documentation)
        {
            UpdateMode = ConfigUpdateMode.ClusterWide,
            Synonyms = synonym.Length == 0 ? [] : [new ConfigSynonym(synonym)],
        };

    private static ConfigDefinition Define(
        string name, ConfigType type, string? defaultText, ConfigRule? rule, ConfigSynonym[] synonyms, string documentation) =>
        new(name, type, defaultText, rule, documentation) { UpdateMode = ConfigUpdateMode.ClusterWide, Synonyms = synonyms };

    private static ConfigDefinition[] Segments() =>
    [
        Define(TopicConfigNames.SegmentBytes, Int, "1073741824", AtLeast(1024 * 1024), "log.segment.bytes",
            "Size in bytes at which the active segment file is closed and a new one begun. Records are only ever deleted or compacted in closed segments."),
        new ConfigDefinition(TopicConfigNames.InternalSegmentBytes, Int, null, null,
            "Takes the place of segment.bytes in tests that need segments smaller than a mebibyte.") { IsInternal = true },
        Define(TopicConfigNames.SegmentMs, Long, "604800000", AtLeast(1),
            [new ConfigSynonym("log.roll.ms"), new ConfigSynonym("log.roll.hours", ConfigSynonym.HourMs)],
            "Age in milliseconds at which the active segment is closed even if it is not full, so that its records can be deleted or compacted."),
        Define(TopicConfigNames.SegmentJitterMs, Long, "0", AtLeast(0),
            [new ConfigSynonym("log.roll.jitter.ms"), new ConfigSynonym("log.roll.jitter.hours", ConfigSynonym.HourMs)],
            "Largest random time in milliseconds taken off the segment age, so that many partitions do not close their segments at the same moment."),
        Define(TopicConfigNames.SegmentIndexBytes, Int, "10485760", AtLeast(4), "log.index.size.max.bytes",
            "Largest size in bytes of the index of a segment; a segment whose index is full is closed."),
        Define(TopicConfigNames.IndexIntervalBytes, Int, "4096", AtLeast(0), "log.index.interval.bytes",
            "Bytes of records between two index entries. Fewer bytes make a lookup more exact and the index larger."),
        Define(TopicConfigNames.Preallocate, ConfigType.Boolean, "false", null, "log.preallocate",
            "Whether a new segment file gets its full size at once instead of growing with its records."),
        Define(TopicConfigNames.FlushMessages, Long, "9223372036854775807", AtLeast(1), "log.flush.interval.messages",
            "Number of records after which the log is forced to disk; 1 makes every acknowledged write durable against a power failure. By default the operating system decides."),
        Define(TopicConfigNames.FlushMs, Long, "9223372036854775807", AtLeast(0),
            [new ConfigSynonym("log.flush.interval.ms"), new ConfigSynonym("log.flush.scheduler.interval.ms")],
            "Time in milliseconds after which the log is forced to disk. By default the operating system decides."),
        Define(TopicConfigNames.FileDeleteDelayMs, Long, "60000", AtLeast(0), "log.segment.delete.delay.ms",
            "Time in milliseconds between taking a file out of the log and deleting it from the file system."),
    ];

    private static ConfigDefinition[] Cleanup() =>
    [
        Define(TopicConfigNames.CleanupPolicy, List, Delete, ListOf(true, false, Compact, Delete), "log.cleanup.policy",
            "What happens to old records: delete drops segments past the retention limits, compact keeps the latest record of each key, both do both, and an empty list keeps everything."),
        Define(TopicConfigNames.RetentionMs, Long, "604800000", AtLeast(-1),
            [new ConfigSynonym("log.retention.ms"), new ConfigSynonym("log.retention.minutes", ConfigSynonym.MinuteMs), new ConfigSynonym("log.retention.hours", ConfigSynonym.HourMs)],
            "Age in milliseconds above which a closed segment is deleted under the delete policy; -1 is no limit."),
        Define(TopicConfigNames.RetentionBytes, Long, "-1", null, "log.retention.bytes",
            "Size in bytes of a partition above which its oldest closed segments are deleted under the delete policy; -1 is no limit."),
        Define(TopicConfigNames.DeleteRetentionMs, Long, "86400000", AtLeast(0), "log.cleaner.delete.retention.ms",
            "Time in milliseconds for which a compacted topic keeps tombstones, so that a consumer reading from the start within it sees every deletion."),
        Define(TopicConfigNames.MinCompactionLagMs, Long, "0", AtLeast(0), "log.cleaner.min.compaction.lag.ms",
            "Time in milliseconds for which a record of a compacted topic is certain to stay as it was written."),
        Define(TopicConfigNames.MaxCompactionLagMs, Long, "9223372036854775807", AtLeast(1), "log.cleaner.max.compaction.lag.ms",
            "Time in milliseconds after which a record of a compacted topic has to be considered for compaction, even if little else has changed."),
        Define(TopicConfigNames.MinCleanableDirtyRatio, ConfigType.Double, "0.5", Between(0, 1), "log.cleaner.min.cleanable.ratio",
            "Share of uncompacted data in a compacted log at which compaction begins. A lower share wastes less space and costs more work."),
    ];
}
