using Compat.Replication.Partitions;

namespace Compat.Server.Metrics;

/// <summary>
/// kafka_server_brokertopicmetrics_*: what was done to each topic on this broker, and without a label to all of them.
/// </summary>
/// <param name="partitions">The partitions of this broker, which are counted on.</param>
internal sealed class TopicMetricSource(PartitionRegistry partitions) : IMetricSource
{
    private const string Prefix = "kafka_server_brokertopicmetrics_";

    private static readonly (string Name, string Help, Func<PartitionCounters, long> Value)[] Families =
    [
        ("messagesin_total", "Records appended.", counters => counters.MessagesIn),
        ("bytesin_total", "Bytes of records appended.", counters => counters.BytesIn),
        ("bytesout_total", "Bytes of records sent to clients.", counters => counters.BytesOut),
        ("totalproducerequests_total", "Appends to partitions.", counters => counters.ProduceRequests),
        ("failedproducerequests_total", "Appends to partitions that failed.", counters => counters.FailedProduceRequests),
        ("totalfetchrequests_total", "Reads of partitions.", counters => counters.FetchRequests),
        ("failedfetchrequests_total", "Reads of partitions that failed.", counters => counters.FailedFetchRequests),
    ];

    // A partition is taken out before its counts are kept, so a total read in between would fall.
    private readonly long[] _totals = new long[Families.Length];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        SortedDictionary<string, PartitionCounters> topics = new(StringComparer.Ordinal);
        PartitionCounters all = new();
        all.Add(partitions.Retired);
        foreach (Partition partition in partitions.All)
        {
            string topic = partition.TopicPartition.Topic;
            if (!topics.TryGetValue(topic, out PartitionCounters? counters))
            {
                topics[topic] = counters = new PartitionCounters();
            }

            counters.Add(partition.Counters);
            all.Add(partition.Counters);
        }

        for (int i = 0; i < Families.Length; i++)
        {
            (string name, string help, Func<PartitionCounters, long> value) = Families[i];
            writer.Counter(Prefix + name, help).Sample(Total(i, value(all)));
            foreach ((string topic, PartitionCounters counters) in topics)
            {
                writer.Sample("topic", topic, value(counters));
            }
        }

        return ValueTask.CompletedTask;
    }

    private long Total(int family, long total)
    {
        lock (_lock)
        {
            return _totals[family] = Math.Max(_totals[family], total);
        }
    }
}
