using Compat.Coordination.Groups;
using Compat.Replication.Partitions;
using Compat.Wire;

namespace Compat.Server.Metrics;

/// <summary>
/// kafka_consumergroup_*: how far groups are and how far behind, as kafka_exporter would tell; and what Kafka's group coordinator counts.
/// </summary>
/// <param name="coordinator">The coordinator of this broker.</param>
/// <param name="partitions">The partitions, whose high watermarks groups are held against.</param>
internal sealed class GroupMetricSource(GroupCoordinator coordinator, PartitionRegistry partitions) : IMetricSource
{
    private static readonly string[] States = ["Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead"];

    /// <inheritdoc/>
    public async ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        GroupCoordinatorSnapshot snapshot = await coordinator.SnapshotAsync();
        WriteOffsets(writer, snapshot.Offsets);
        writer.Gauge("kafka_consumergroup_members", "Members of the group.");
        foreach (GroupSummary group in snapshot.Groups)
        {
            writer.Sample("consumergroup", group.GroupId, group.MemberCount);
        }

        WriteCounts(writer, snapshot);
    }

    private void WriteOffsets(MetricWriter writer, IReadOnlyList<CommittedOffsetSummary> offsets)
    {
        writer.Gauge("kafka_consumergroup_current_offset", "Offset the group has committed.");
        foreach (CommittedOffsetSummary offset in offsets)
        {
            writer.Sample(Labels(offset), offset.Offset);
        }

        writer.Gauge("kafka_consumergroup_lag", "Records between the group's committed offset and the high watermark.");
        Dictionary<(string Group, string Topic), (long Offset, long Lag)> sums = [];
        foreach (CommittedOffsetSummary offset in offsets)
        {
            // A partition that is no more, or not here, has no high watermark to be behind of.
            long lag = partitions.TryGet(offset.TopicPartition, out Partition? partition) ? Math.Max(0, partition.HighWatermark - offset.Offset) : -1;
            writer.Sample(Labels(offset), lag);
            (long Offset, long Lag) sum = sums.GetValueOrDefault((offset.GroupId, offset.TopicPartition.Topic));
            sums[(offset.GroupId, offset.TopicPartition.Topic)] = (sum.Offset + offset.Offset, sum.Lag + Math.Max(0, lag));
        }

        WriteSums(writer, sums);
    }

    private static void WriteSums(MetricWriter writer, Dictionary<(string Group, string Topic), (long Offset, long Lag)> sums)
    {
        writer.Gauge("kafka_consumergroup_current_offset_sum", "Offsets the group has committed, of all partitions of the topic.");
        foreach (((string group, string topic), (long offset, _)) in sums)
        {
            writer.Sample("consumergroup", group, "topic", topic, offset);
        }

        writer.Gauge("kafka_consumergroup_lag_sum", "Lag of the group in all partitions of the topic.");
        foreach (((string group, string topic), (_, long lag)) in sums)
        {
            writer.Sample("consumergroup", group, "topic", topic, lag);
        }
    }

    private void WriteCounts(MetricWriter writer, GroupCoordinatorSnapshot snapshot)
    {
        const string Prefix = "kafka_coordinator_group_groupmetadatamanager_";
        writer.Gauge(Prefix + "numgroups", "Groups coordinated here.").Sample(snapshot.Groups.Count);
        writer.Gauge(Prefix + "numoffsets", "Committed offsets kept here.").Sample(snapshot.Offsets.Count);
        foreach (string state in States)
        {
            writer.Gauge($"{Prefix}numgroups{state.ToLowerInvariant()}", $"Groups in state {state}.").Sample(snapshot.Groups.Count(group => group.State == state));
        }

        GroupCoordinatorMetrics counts = coordinator.Metrics;
        const string CountPrefix = "kafka_server_group_coordinator_metrics_";
        writer.Counter(CountPrefix + "group_completed_rebalance_count", "Rebalances that were completed.").Sample(counts.CompletedRebalances);
        writer.Counter(CountPrefix + "offset_commit_count", "Offsets committed.").Sample(counts.OffsetCommits);
        writer.Counter(CountPrefix + "offset_expiration_count", "Offsets dropped because their time was over.").Sample(counts.OffsetExpirations);
        writer.Counter(CountPrefix + "offset_deletion_count", "Offsets deleted.").Sample(counts.OffsetDeletions);
    }

    private static (string Name, string Value)[] Labels(in CommittedOffsetSummary offset)
    {
        TopicPartition partition = offset.TopicPartition;
        return [("consumergroup", offset.GroupId), ("topic", partition.Topic), ("partition", PartitionLabels.Of(partition.Partition))];
    }
}
