using Compat.Log;

namespace Compat.Server.Metrics;

/// <summary>kafka_log_*: the logs on this broker's disks.</summary>
/// <param name="logs">The logs.</param>
internal sealed class LogMetricSource(LogManager logs) : IMetricSource
{
    private static readonly (string Name, string Help, Func<PartitionLog, long> Value)[] Families =
    [
        ("kafka_log_log_size", "Bytes of the partition's segments.", log => log.Size),
        ("kafka_log_log_numlogsegments", "Segments of the partition.", log => log.SegmentCount),
        ("kafka_log_log_logstartoffset", "First offset of the partition.", log => log.LogStartOffset),
        ("kafka_log_log_logendoffset", "Offset after the last record of the partition.", log => log.LogEndOffset),
    ];

    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        PartitionLog[] open = [.. logs.Logs];
        foreach ((string name, string help, Func<PartitionLog, long> value) in Families)
        {
            writer.Gauge(name, help);
            foreach (PartitionLog log in open)
            {
                writer.Sample("topic", log.TopicPartition.Topic, "partition", PartitionLabels.Of(log.TopicPartition.Partition), value(log));
            }
        }

        writer.Gauge("kafka_log_logmanager_offlinelogdirectorycount", "Log directories that failed.").Sample(logs.Directories.Count(directory => !directory.IsOnline));
        writer.Gauge("kafka_log_logmanager_logdirectoryoffline", "1 if the log directory failed.");
        foreach (LogDirectory directory in logs.Directories)
        {
            writer.Sample("logDirectory", directory.Path, directory.IsOnline ? 0 : 1);
        }

        return ValueTask.CompletedTask;
    }
}
