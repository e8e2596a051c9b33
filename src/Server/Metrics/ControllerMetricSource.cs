using Compat.Replication.Metadata;
using Compat.Replication.Quorum;

namespace Compat.Server.Metrics;

/// <summary>kafka_controller_* and kafka_server_raftmetrics_*: the cluster as the controller sees it, and the metadata log.</summary>
/// <param name="image">The newest image.</param>
/// <param name="isControllerActive">Whether this node decides.</param>
/// <param name="quorum">The metadata quorum.</param>
internal sealed class ControllerMetricSource(Func<MetadataImage> image, Func<bool> isControllerActive, IMetadataQuorum quorum) : IMetricSource
{
    private const string Prefix = "kafka_controller_kafkacontroller_";

    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        MetadataImage current = image();
        writer.Gauge(Prefix + "activecontrollercount", "1 if this node is the active controller.").Sample(isControllerActive() ? 1 : 0);
        writer.Gauge(Prefix + "activebrokercount", "Registered brokers that are in service.").Sample(current.Cluster.Brokers.Values.Count(broker => !broker.Fenced));
        writer.Gauge(Prefix + "fencedbrokercount", "Registered brokers that are out of service.").Sample(current.Cluster.Brokers.Values.Count(broker => broker.Fenced));
        writer.Gauge(Prefix + "globaltopiccount", "Topics of the cluster.").Sample(current.Topics.Count);
        writer.Gauge(Prefix + "globalpartitioncount", "Partitions of the cluster.").Sample(current.Topics.PartitionCount);
        WritePartitionCounts(writer, current);
        WriteQuorum(writer, current);
        return ValueTask.CompletedTask;
    }

    private static void WritePartitionCounts(MetricWriter writer, MetadataImage image)
    {
        int offline = 0;
        int imbalanced = 0;
        foreach (TopicImage topic in image.Topics.ById.Values)
        {
            foreach (PartitionRegistration partition in topic.Partitions)
            {
                offline += partition.Leader == PartitionRegistration.NoLeader ? 1 : 0;
                imbalanced += partition.Leader != partition.Replicas[0] ? 1 : 0;
            }
        }

        writer.Gauge(Prefix + "offlinepartitionscount", "Partitions without a leader.").Sample(offline);
        writer.Gauge(Prefix + "preferredreplicaimbalancecount", "Partitions that their preferred replica does not lead.").Sample(imbalanced);
    }

    private void WriteQuorum(MetricWriter writer, MetadataImage current)
    {
        LeaderAndEpoch leader = quorum.Leader;
        writer.Gauge("kafka_server_raftmetrics_current_leader", "Node that leads the metadata quorum, -1 if none does.").Sample(leader.LeaderId);
        writer.Gauge("kafka_server_raftmetrics_current_epoch", "Epoch of the metadata quorum.").Sample(leader.Epoch);
        writer.Gauge("kafka_server_raftmetrics_current_state", "1 for the state this node is in.").Sample("current_state", leader.LeaderId == quorum.NodeId ? "leader" : "follower", 1);
        writer.Gauge("kafka_server_raftmetrics_high_watermark", "Offset below which the metadata log is committed.").Sample(quorum.HighWatermark);
        writer.Gauge("kafka_server_broker_metadata_metrics_last_applied_record_offset", "Last offset of the metadata log that this node has followed.").Sample(current.Provenance.LastContainedOffset);
    }
}
