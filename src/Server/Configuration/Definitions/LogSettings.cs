using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Where records are and how long they stay.</summary>
internal static class LogSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Logs";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        List("log.dir", "/tmp/kafka-logs", ListOf(false, false), "Where records are kept; used when log.dirs is not set."),
        List("log.dirs", null, ListOf(false, true), "Directories where records are kept, separated by commas; without it log.dir counts."),
        List("cordoned.log.dirs", "", ListOf(true, true), "Log directories in which no new replica is placed.").PerBroker().WithoutEffect(Reasons.Cordoned),
        TopicDefault("log.segment.bytes"),
        TopicDefault("log.roll.ms").Unset(),
        Int("log.roll.hours", "168", AtLeast(1), "Age in hours at which the active segment is closed; log.roll.ms comes first."),
        TopicDefault("log.roll.jitter.ms").Unset(),
        Int("log.roll.jitter.hours", "0", AtLeast(0), "Largest random time in hours taken off that age; log.roll.jitter.ms comes first."),
        TopicDefault("log.retention.ms").Unset(),
        Int("log.retention.minutes", null, null, "Age in minutes above which closed segments are deleted; log.retention.ms comes first."),
        Int("log.retention.hours", "168", null, "Age in hours above which closed segments are deleted; log.retention.ms and log.retention.minutes come first."),
        TopicDefault("log.retention.bytes"),
        Long("log.retention.check.interval.ms", "300000", AtLeast(1), "Time in milliseconds between two looks for segments to delete."),
        TopicDefault("log.cleanup.policy"),
        TopicDefault("log.index.size.max.bytes"),
        TopicDefault("log.index.interval.bytes"),
        TopicDefault("log.flush.interval.messages"),
        TopicDefault("log.segment.delete.delay.ms"),
        Long("log.flush.scheduler.interval.ms", "9223372036854775807", null, "The default of flush.ms when log.flush.interval.ms is not set. Apache Kafka also looks only this often for logs to force to disk; here each is forced when its own time has come."),
        TopicDefault("log.flush.interval.ms").Unset(),
        Int("log.flush.offset.checkpoint.interval.ms", "60000", AtLeast(0), "Time in milliseconds between two writings of the recovery points."),
        Int("log.flush.start.offset.checkpoint.interval.ms", "60000", AtLeast(0), "Time in milliseconds between two writings of the log start offsets."),
        TopicDefault("log.preallocate"),
        TopicDefault("min.insync.replicas"),
        TopicDefault("log.message.timestamp.type"),
        TopicDefault("log.message.timestamp.before.max.ms"),
        TopicDefault("log.message.timestamp.after.max.ms"),
        Long("log.dir.failure.timeout.ms", "30000", AtLeast(1), "Time in milliseconds a broker may need to report a failed log directory before it stops.").WithoutEffect(Reasons.OneBroker),
        Long("log.initial.task.delay.ms", "30000", AtLeast(0), "Time in milliseconds between the start and the first run of the log's background work.").Internal(),
        TopicDefault("message.max.bytes"),
        TopicDefault("compression.type"),
        TopicDefault("compression.gzip.level"),
        TopicDefault("compression.lz4.level"),
        TopicDefault("compression.zstd.level"),
        Bool("log.cleaner.enable", "true", "Whether compacted topics are compacted. Without it they grow, the internal topics among them."),
        Int("log.cleaner.threads", "1", AtLeast(0), "Number of logs compacted at a time. A change while the broker runs may double or halve it at most.").ClusterWide(),
        Number("log.cleaner.io.max.bytes.per.second", "1.7976931348623157E308", null, "Bytes a second compaction may read and write.").ClusterWide(),
        Long("log.cleaner.dedupe.buffer.size", "134217728", null, "Most bytes of memory for the keys of logs being compacted, for all threads together; 24 a key. A log with more keys is compacted in several passes.").ClusterWide(),
        Int("log.cleaner.io.buffer.size", "524288", AtLeast(0), "Bytes of memory for reading and writing during compaction, for all threads together.").ClusterWide(),
        Number("log.cleaner.io.buffer.load.factor", "0.9", null, "How full the key memory may get, 0 to 1.").ClusterWide(),
        Long("log.cleaner.backoff.ms", "15000", AtLeast(0), "Time in milliseconds between two looks for logs to compact when there was none.").ClusterWide(),
        TopicDefault("log.cleaner.min.cleanable.ratio"),
        TopicDefault("log.cleaner.delete.retention.ms"),
        TopicDefault("log.cleaner.min.compaction.lag.ms"),
        TopicDefault("log.cleaner.max.compaction.lag.ms"),
    ];
}
