using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Copies on other brokers.</summary>
internal static class ReplicationSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Replication";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Int("controller.socket.timeout.ms", "30000", null, "Time in milliseconds a connection between controller and broker may be silent.").WithoutEffect(Reasons.OneBroker),
        Long("replica.lag.time.max.ms", "30000", null, "Time in milliseconds a follower may lag behind before it leaves the in-sync set."),
        Int("replica.socket.timeout.ms", "30000", null, "Time in milliseconds a follower's request may take."),
        Int("replica.socket.receive.buffer.bytes", "65536", null, "Receive buffer in bytes of a follower's connection.").WithoutEffect(Reasons.OneBroker),
        Int("replica.fetch.max.bytes", "1048576", AtLeast(0), "Bytes a follower asks for from one partition."),
        Int("replica.fetch.wait.max.ms", "500", null, "Time in milliseconds a follower's fetch waits for new records."),
        Int("replica.fetch.backoff.ms", "1000", AtLeast(0), "Time in milliseconds a follower waits after an error."),
        Int("replica.fetch.min.bytes", "1", null, "Bytes a follower's fetch waits for."),
        Int("replica.fetch.response.max.bytes", "10485760", AtLeast(0), "Bytes a follower asks for in one fetch."),
        Int("num.replica.fetchers", "1", AtLeast(1), "Number of threads that fetch from one other broker.").ClusterWide(),
        Long("replica.high.watermark.checkpoint.interval.ms", "5000", null, "Time in milliseconds between two writings of the high watermarks."),
        Bool("auto.leader.rebalance.enable", "true", "Whether leadership returns to the preferred replicas by itself."),
        Long("leader.imbalance.check.interval.seconds", "300", AtLeast(1), "Time in seconds between two looks at how leaderships are spread."),
        Long("unclean.leader.election.interval.ms", "300000", AtLeast(1), "Time in milliseconds between two looks for partitions that need an unclean election.").Internal(),
        TopicDefault("unclean.leader.election.enable"),
        Text("replica.selector.class", null, OneOf("", "org.apache.kafka.common.replica.LeaderSelector", "org.apache.kafka.common.replica.RackAwareReplicaSelector"), "Which replica a consumer reads from: the leader, or one in the consumer's rack."),
        Bool("follower.fetch.last.tiered.offset.enable", "false", "Whether an empty follower begins after what is in remote storage.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Int("add.partitions.to.txn.retry.backoff.ms", "20", AtLeast(1), "Time in milliseconds between two attempts to add a partition to a transaction.").WithoutEffect(Reasons.NoTransactions),
        Int("add.partitions.to.txn.retry.backoff.max.ms", "100", AtLeast(0), "Time in milliseconds after which those attempts end.").WithoutEffect(Reasons.NoTransactions),
    ];
}
