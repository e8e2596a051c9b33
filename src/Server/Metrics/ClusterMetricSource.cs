using System.Globalization;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;

namespace Compat.Server.Metrics;

/// <summary>kafka_brokers and kafka_topic_*: what kafka_exporter would ask this cluster for.</summary>
/// <param name="image">The newest image.</param>
/// <param name="partitions">The partitions of this broker, which know their offsets.</param>
internal sealed class ClusterMetricSource(Func<MetadataImage> image, PartitionRegistry partitions) : IMetricSource
{
    private delegate double? ValueOf(PartitionRegistration registration, Partition? partition);

    private static readonly (string Name, string Help, ValueOf Value)[] Families =
    [
        ("kafka_topic_partition_current_offset", "High watermark of the partition.", (_, partition) => partition?.HighWatermark),
        ("kafka_topic_partition_oldest_offset", "First offset of the partition.", (_, partition) => partition?.Log.LogStartOffset),
        ("kafka_topic_partition_leader", "Node that leads the partition.", (registration, _) => registration.Leader),
        ("kafka_topic_partition_replicas", "Replicas of the partition.", (registration, _) => registration.Replicas.Length),
        ("kafka_topic_partition_in_sync_replica", "Replicas of the partition that are in sync.", (registration, _) => registration.Isr.Length),
        ("kafka_topic_partition_leader_is_preferred", "1 if the preferred replica leads.", (registration, _) => registration.Leader == registration.Replicas[0] ? 1 : 0),
        ("kafka_topic_partition_under_replicated_partition", "1 if a replica is not in sync.", (registration, _) => registration.Isr.Length < registration.Replicas.Length ? 1 : 0),
    ];

    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        MetadataImage current = image();
        WriteBrokers(writer, current);
        TopicImage[] topics = [.. current.Topics.ById.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal)];
        writer.Gauge("kafka_topic_partitions", "Partitions of the topic.");
        foreach (TopicImage topic in topics)
        {
            writer.Sample("topic", topic.Name, topic.Partitions.Length);
        }

        foreach ((string name, string help, ValueOf value) in Families)
        {
            writer.Gauge(name, help);
            foreach (TopicImage topic in topics)
            {
                WritePartitions(writer, topic, value);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static void WriteBrokers(MetricWriter writer, MetadataImage image)
    {
        BrokerRegistration[] brokers = [.. image.Cluster.Brokers.Values.Where(broker => !broker.Fenced)];
        writer.Gauge("kafka_brokers", "Brokers in service.").Sample(brokers.Length);
        writer.Gauge("kafka_broker_info", "A broker in service.");
        foreach (BrokerRegistration broker in brokers)
        {
            foreach (BrokerEndpoint endpoint in broker.Endpoints.Take(1))
            {
                writer.Sample(
                    "id", broker.Id.ToString(CultureInfo.InvariantCulture),
                    "address", string.Create(CultureInfo.InvariantCulture, $"{endpoint.Host}:{endpoint.Port}"), 1);
            }
        }
    }

    private void WritePartitions(MetricWriter writer, TopicImage topic, ValueOf value)
    {
        for (int i = 0; i < topic.Partitions.Length; i++)
        {
            partitions.TryGet(topic.Id, i, out Partition? partition);
            if (value(topic.Partitions[i], partition) is { } sample)
            {
                writer.Sample("topic", topic.Name, "partition", PartitionLabels.Of(i), sample);
            }
        }
    }
}
