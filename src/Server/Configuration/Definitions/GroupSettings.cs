using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Consumer groups and their offsets.</summary>
internal static class GroupSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Groups";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        List("group.coordinator.rebalance.protocols", "classic,consumer,streams", ListOf(false, false, "consumer", "classic", "share", "streams"), "Group protocols that are offered.").WithoutEffect(Reasons.ClassicOnly),
        Int("group.coordinator.threads", "4", AtLeast(1), "Number of threads of the group coordinator in Apache Kafka.").WithoutEffect(Reasons.Threads),
        Int("group.coordinator.background.threads", "2", AtLeast(1), "Number of background threads of the group coordinator in Apache Kafka.").WithoutEffect(Reasons.Threads),
        Int("group.coordinator.append.linger.ms", "-1", AtLeast(-1), "Time in milliseconds the coordinator gathers records before it writes them; -1 adapts to the load.").WithoutEffect(Reasons.NoLinger),
        Int("group.coordinator.cached.buffer.max.bytes", "1048588", AtLeast(524288), "Largest buffer in bytes the coordinator keeps for reuse.").ClusterWide().WithoutEffect(Reasons.Pooled),
        Int("offsets.commit.timeout.ms", "5000", AtLeast(1), "Time in milliseconds a commit may wait to be replicated."),
        Int("offsets.load.buffer.size", "5242880", AtLeast(1), "Bytes read at a time while a partition of the offsets topic is loaded.").WithoutEffect(Reasons.FixedPieces),
        Short("offsets.topic.replication.factor", "3", AtLeast(1), "Number of replicas of the offsets topic."),
        Int("offsets.topic.num.partitions", "50", AtLeast(1), "Number of partitions of the offsets topic; it cannot change once there are groups."),
        Int("offsets.topic.segment.bytes", "104857600", AtLeast(1), "Segment size in bytes of the offsets topic, small so that it loads quickly."),
        Int("offsets.topic.compression.codec", "0", null, "Number of the codec the offsets topic is written with: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."),
        Int("offset.metadata.max.bytes", "4096", null, "Bytes of text that may be stored with a committed offset."),
        Int("offsets.retention.minutes", "10080", AtLeast(1), "Time in minutes after which the offsets of a group without members are dropped."),
        Long("offsets.retention.check.interval.ms", "600000", AtLeast(1), "Time in milliseconds between two looks for offsets to drop."),
        Int("group.min.session.timeout.ms", "6000", null, "Shortest session timeout in milliseconds a member may ask for."),
        Int("group.max.session.timeout.ms", "1800000", null, "Longest session timeout in milliseconds a member may ask for."),
        Int("group.initial.rebalance.delay.ms", "3000", null, "Time in milliseconds a new group waits for more members before its first rebalance."),
        Int("group.max.size", "2147483647", AtLeast(1), "Number of members a group may have."),
        Int("group.consumer.session.timeout.ms", "45000", AtLeast(1), "Time in milliseconds without a heartbeat after which a member counts as gone.").WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.min.session.timeout.ms", "45000", AtLeast(1), "Shortest session timeout in milliseconds a group may set.").WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.max.session.timeout.ms", "60000", AtLeast(1), "Longest session timeout in milliseconds a group may set.").WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.heartbeat.interval.ms", "5000", AtLeast(1), "Time in milliseconds between two heartbeats of a member.").WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.min.heartbeat.interval.ms", "5000", AtLeast(1), "Shortest heartbeat interval in milliseconds a group may set.").WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.max.heartbeat.interval.ms", "15000", AtLeast(1), "Longest heartbeat interval in milliseconds a group may set.").WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.max.size", "2147483647", AtLeast(1), "Number of members a group may have.").WithoutEffect(Reasons.NoConsumer),
        List("group.consumer.assignors", "uniform,range", ListOf(false, false), "Assignors the broker offers, the default first.").WithoutEffect(Reasons.NoConsumer),
        Text("group.consumer.migration.policy", "bidirectional", OneOfIgnoringCase("disabled", "downgrade", "upgrade", "bidirectional"), "Whether groups with members may move between the classic and the consumer protocol.").WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.assignment.interval.ms", "1000", AtLeast(0), "Time in milliseconds between two assignments of a group.").ClusterWide().WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.min.assignment.interval.ms", "0", AtLeast(0), "Shortest assignment interval in milliseconds a group may set.").WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.max.assignment.interval.ms", "15000", AtLeast(0), "Longest assignment interval in milliseconds a group may set.").WithoutEffect(Reasons.NoConsumer),
        Bool("group.consumer.assignor.offload.enable", "true", "Whether assignments are computed in the background.").ClusterWide().WithoutEffect(Reasons.NoConsumer),
        Int("group.consumer.regex.refresh.interval.ms", "600000", AtLeast(10000), "Time in milliseconds between two resolutions of regular-expression subscriptions.").Internal().WithoutEffect(Reasons.NoConsumer),
    ];
}
