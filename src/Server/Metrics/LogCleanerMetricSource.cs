using Compat.Log;
using Compat.Log.Cleaning;

namespace Compat.Server.Metrics;

/// <summary>kafka_log_logcleaner_* and kafka_log_logcleanermanager_*: how compaction keeps up.</summary>
/// <param name="logs">The logs, and what compacts them.</param>
internal sealed class LogCleanerMetricSource(LogManager logs) : IMetricSource
{
    private static readonly (string Name, string Help, Func<LogCleaner, long> Value)[] Gauges =
    [
        ("kafka_log_logcleaner_max_buffer_utilization_percent", "Share of the memory for keys that the last compaction of a thread used at most.", cleaner => cleaner.MaxBufferUtilizationPercent),
        ("kafka_log_logcleaner_cleaner_recopy_percent", "Share of the bytes read that the last compactions kept.", cleaner => cleaner.RecopyPercent),
        ("kafka_log_logcleaner_max_clean_time_secs", "Seconds that the last compaction of a thread took at most.", cleaner => cleaner.MaxCleanTimeSeconds),
        ("kafka_log_logcleaner_max_compaction_delay_secs", "Seconds that a record has waited beyond max.compaction.lag.ms at most.", cleaner => cleaner.MaxCompactionDelaySeconds),
        ("kafka_log_logcleaner_deadthreadcount", "Compaction threads that have ended by a mistake.", cleaner => cleaner.DeadThreadCount),
        ("kafka_log_logcleanermanager_max_dirty_percent", "Greatest share of bytes that were not compacted yet in a compacted partition.", cleaner => cleaner.MaxDirtyPercent),
        ("kafka_log_logcleanermanager_time_since_last_run_ms", "Milliseconds since a thread last looked for a partition to compact.", cleaner => cleaner.TimeSinceLastRunMs),
    ];

    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        foreach ((string name, string help, Func<LogCleaner, long> value) in Gauges)
        {
            writer.Gauge(name, help).Sample(value(logs.Cleaner));
        }

        writer.Counter("kafka_utils_throttler_cleaner_io_total", "Bytes read and written by compaction.").Sample(logs.Cleaner.TotalIoBytes);
        ILookup<LogDirectory?, PartitionLog> uncleanable = logs.Cleaner.Uncleanable.ToLookup(log => logs.DirectoryOf(log.TopicPartition));
        writer.Gauge("kafka_log_logcleanermanager_uncleanable_partitions_count", "Partitions that cannot be compacted, because their records cannot be read.");
        foreach (LogDirectory directory in logs.Directories)
        {
            writer.Sample("logDirectory", directory.Path, uncleanable[directory].Count());
        }

        writer.Gauge("kafka_log_logcleanermanager_uncleanable_bytes", "Bytes of those partitions that wait to be compacted.");
        foreach (LogDirectory directory in logs.Directories)
        {
            writer.Sample("logDirectory", directory.Path, uncleanable[directory].Sum(logs.Cleaner.CleanableBytes));
        }

        return ValueTask.CompletedTask;
    }
}
