using Compat.Replication.Metadata;
using Compat.Replication.Partitions;

namespace Compat.Server.Metrics;

/// <summary>kafka_server_replicamanager_* and kafka_cluster_partition_*: the replicas on this broker, and how many others keep up with those it leads.</summary>
/// <param name="partitions">The partitions of this broker.</param>
/// <param name="image">The newest image, which says how many partitions there should be.</param>
/// <param name="nodeId">This node.</param>
internal sealed class ReplicaMetricSource(PartitionRegistry partitions, Func<MetadataImage> image, int nodeId) : IMetricSource
{
    private const string Prefix = "kafka_server_replicamanager_";

    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        Partition[] all = [.. partitions.All];
        Partition[] led = [.. all.Where(partition => partition.IsLeader)];
        int expected = image().Topics.ById.Values.Sum(topic => topic.Partitions.Count(IsOnThisBroker));
        writer.Gauge(Prefix + "partitioncount", "Replicas on this broker.").Sample(all.Length);
        writer.Gauge(Prefix + "leadercount", "Partitions this broker leads.").Sample(led.Length);
        writer.Gauge(Prefix + "offlinereplicacount", "Replicas of this broker whose log cannot be used.").Sample(Math.Max(0, expected - all.Count(partition => !partition.Log.IsFailed)));
        writer.Gauge(Prefix + "underreplicatedpartitions", "Partitions led here with replicas that are not in sync.")
            .Sample(led.Count(partition => partition.InSyncReplicas.Length < partition.Registration.Replicas.Length));
        writer.Gauge(Prefix + "underminisrpartitioncount", "Partitions led here with fewer replicas in sync than min.insync.replicas.").Sample(led.Count(IsUnderMinIsr));
        writer.Gauge(Prefix + "atminisrpartitioncount", "Partitions led here with exactly min.insync.replicas in sync.").Sample(led.Count(IsAtMinIsr));
        writer.Gauge(Prefix + "reassigningpartitions", "Partitions led here that are moving.").Sample(led.Count(partition => partition.Registration.IsReassigning));
        WritePartitions(writer, "kafka_cluster_partition_underminisr", "1 if fewer replicas are in sync than min.insync.replicas.", led, IsUnderMinIsr);
        WritePartitions(writer, "kafka_cluster_partition_atminisr", "1 if exactly min.insync.replicas are in sync.", led, IsAtMinIsr);
        return ValueTask.CompletedTask;
    }

    private static void WritePartitions(MetricWriter writer, string name, string help, Partition[] led, Func<Partition, bool> test)
    {
        writer.Gauge(name, help);
        foreach (Partition partition in led)
        {
            writer.Sample("topic", partition.TopicPartition.Topic, "partition", PartitionLabels.Of(partition.TopicPartition.Partition), test(partition) ? 1 : 0);
        }
    }

    private bool IsOnThisBroker(PartitionRegistration registration) => registration.Replicas.Contains(nodeId);

    private static bool IsUnderMinIsr(Partition partition) => partition.InSyncReplicas.Length < MinIsr(partition);

    private static bool IsAtMinIsr(Partition partition) => partition.InSyncReplicas.Length == MinIsr(partition);

    /// <summary>More replicas than there are cannot be asked for.</summary>
    private static int MinIsr(Partition partition) => Math.Min(partition.Log.Config.MinInsyncReplicas, partition.Registration.Replicas.Length);
}
