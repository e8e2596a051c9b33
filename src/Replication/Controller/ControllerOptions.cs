namespace Compat.Replication.Controller;

/// <summary>What the controller takes from the configuration of its node.</summary>
public sealed record ControllerOptions
{
    /// <summary>node.id.</summary>
    public required int NodeId { get; init; }

    /// <summary>The id of the cluster, which brokers that register have to name.</summary>
    public required string ClusterId { get; init; }

    /// <summary>num.partitions: partitions of a topic whose creator leaves it to the cluster; 1 or more.</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>default.replication.factor: copies of a partition whose creator leaves it to the cluster; 1 or more.</summary>
    public short DefaultReplicationFactor { get; init; } = 1;

    /// <summary>delete.topic.enable.</summary>
    public bool DeleteTopicEnable { get; init; } = true;

    /// <summary>min.insync.replicas of topics that nobody has set it for; 1 or more.</summary>
    public int MinInsyncReplicas { get; init; } = 1;

    /// <summary>unclean.leader.election.enable of topics that nobody has set it for.</summary>
    public bool UncleanLeaderElectionEnable { get; init; }

    /// <summary>broker.session.timeout.ms: how long a broker that is not heard of keeps what it leads.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromMilliseconds(9_000);

    /// <summary>leader.imbalance.check.interval.seconds, or null if auto.leader.rebalance.enable is off.</summary>
    public TimeSpan? LeaderBalanceInterval { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>unclean.leader.election.interval.ms: how often partitions without a leader are looked at again.</summary>
    public TimeSpan UncleanElectionInterval { get; init; } = TimeSpan.FromMilliseconds(300_000);
}
