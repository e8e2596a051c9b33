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
}
