using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Share groups and their state.</summary>
internal static class ShareGroupSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Share groups";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Int("group.share.session.timeout.ms", "45000", AtLeast(1), "Time in milliseconds without a heartbeat after which a member counts as gone.").WithoutEffect(Reasons.NoShare),
        Int("group.share.min.session.timeout.ms", "45000", AtLeast(1), "Shortest session timeout in milliseconds a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.max.session.timeout.ms", "60000", AtLeast(1), "Longest session timeout in milliseconds a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.heartbeat.interval.ms", "5000", AtLeast(1), "Time in milliseconds between two heartbeats of a member.").WithoutEffect(Reasons.NoShare),
        Int("group.share.min.heartbeat.interval.ms", "5000", AtLeast(1), "Shortest heartbeat interval in milliseconds a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.max.heartbeat.interval.ms", "15000", AtLeast(1), "Longest heartbeat interval in milliseconds a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.max.size", "200", Between(1, 1000), "Number of members a group may have.").WithoutEffect(Reasons.NoShare),
        List("group.share.assignors", "simple", ListOf(false, false), "The assignor of share groups.").WithoutEffect(Reasons.NoShare),
        Int("group.share.assignment.interval.ms", "1000", AtLeast(0), "Time in milliseconds between two assignments of a group.").ClusterWide().WithoutEffect(Reasons.NoShare),
        Int("group.share.min.assignment.interval.ms", "0", AtLeast(0), "Shortest assignment interval in milliseconds a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.max.assignment.interval.ms", "15000", AtLeast(0), "Longest assignment interval in milliseconds a group may set.").WithoutEffect(Reasons.NoShare),
        Bool("group.share.assignor.offload.enable", "true", "Whether assignments are computed in the background.").ClusterWide().WithoutEffect(Reasons.NoShare),
        Int("group.share.initialize.retry.interval.ms", "30000", AtLeast(1), "Time in milliseconds between two attempts to initialize the state of a group.").Internal().WithoutEffect(Reasons.NoShare),
        Int("group.share.delivery.count.limit", "5", Between(2, 10), "How often a record is delivered before it is given up.").WithoutEffect(Reasons.NoShare),
        Int("group.share.max.delivery.count.limit", "10", Between(5, 25), "Highest delivery limit a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.min.delivery.count.limit", "2", Between(2, 5), "Lowest delivery limit a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.record.lock.duration.ms", "30000", Between(1000, 3600000), "Time in milliseconds a delivered record stays locked for its member.").WithoutEffect(Reasons.NoShare),
        Int("group.share.min.record.lock.duration.ms", "15000", Between(1000, 30000), "Shortest lock in milliseconds a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.max.record.lock.duration.ms", "60000", Between(30000, 3600000), "Longest lock in milliseconds a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.partition.max.record.locks", "2000", Between(100, 10000), "Number of locked records a partition may have.").WithoutEffect(Reasons.NoShare),
        Int("group.share.max.partition.max.record.locks", "4000", Between(2000, 10000), "Highest number of locks a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.min.partition.max.record.locks", "100", Between(100, 2000), "Lowest number of locks a group may set.").WithoutEffect(Reasons.NoShare),
        Int("group.share.max.share.sessions", "2000", AtLeast(1), "Number of share sessions the broker keeps.").WithoutEffect(Reasons.NoShare),
        Text("group.share.persister.class.name", "org.apache.kafka.server.share.persister.DefaultStatePersister", null, "Class that keeps the state of share groups.").Internal().WithoutEffect(Reasons.NoShare),
        Text("group.share.dlq.manager.class.name", "org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager", null, "Class that writes undeliverable records.").Internal().WithoutEffect(Reasons.NoShare),
        Int("share.fetch.purgatory.purge.interval.requests", "1000", null, "How often, in requests, Apache Kafka removes finished share fetches from its waiting room.").WithoutEffect(Reasons.NoShare),
        Bool("errors.deadletterqueue.auto.create.topics.enable", "false", "Whether a missing dead-letter topic is created (KIP-1191).").ClusterWide().WithoutEffect(Reasons.NoShare),
        Text("errors.deadletterqueue.topic.name.prefix", "dlq.", null, "How the name of a dead-letter topic has to begin; empty is no restriction.").ClusterWide().WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.state.topic.num.partitions", "50", AtLeast(1), "Number of partitions of the share state topic.").WithoutEffect(Reasons.NoShare),
        Short("share.coordinator.state.topic.replication.factor", "3", AtLeast(1), "Number of replicas of the share state topic.").WithoutEffect(Reasons.NoShare),
        Short("share.coordinator.state.topic.min.isr", "2", AtLeast(1), "In-sync replicas the share state topic needs.").WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.state.topic.segment.bytes", "104857600", AtLeast(1), "Segment size in bytes of the share state topic.").WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.state.topic.compression.codec", "0", null, "Number of the codec the share state topic is written with.").WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.state.topic.prune.interval.ms", "300000", AtLeast(1), "Time in milliseconds between two removals of share state that is no longer needed.").Internal().WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.cold.partition.snapshot.interval.ms", "300000", AtLeast(1), "Time in milliseconds between two snapshots of partitions that do not change.").Internal().WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.threads", "1", AtLeast(1), "Number of threads of the share coordinator in Apache Kafka.").WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.snapshot.update.records.per.snapshot", "500", Between(0, 500), "Number of updates between two snapshots of a share partition.").WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.load.buffer.size", "5242880", AtLeast(1), "Bytes read at a time while share state is loaded.").WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.append.linger.ms", "-1", AtLeast(-1), "Time in milliseconds the share coordinator gathers records before it writes them.").WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.write.timeout.ms", "5000", AtLeast(1), "Time in milliseconds a write of share state may wait to be replicated.").WithoutEffect(Reasons.NoShare),
        Int("share.coordinator.cached.buffer.max.bytes", "1048588", AtLeast(524288), "Largest buffer in bytes the share coordinator keeps for reuse.").ClusterWide().WithoutEffect(Reasons.NoShare),
    ];
}
