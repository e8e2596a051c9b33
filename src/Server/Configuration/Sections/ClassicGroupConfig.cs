namespace Compat.Server.Configuration;

/// <summary>How groups are coordinated and their offsets kept.</summary>
public sealed record ClassicGroupConfig
{
    /// <summary>group.initial.rebalance.delay.ms: time a new group waits for more members.</summary>
    public required TimeSpan InitialRebalanceDelay { get; init; }

    /// <summary>group.min.session.timeout.ms: the shortest session timeout a member may ask for.</summary>
    public required int MinSessionTimeoutMs { get; init; }

    /// <summary>group.max.session.timeout.ms: the longest session timeout a member may ask for.</summary>
    public required int MaxSessionTimeoutMs { get; init; }

    /// <summary>group.max.size: members a group may have.</summary>
    public required int MaxSize { get; init; }

    /// <summary>offset.metadata.max.bytes: bytes of text stored with an offset.</summary>
    public required int OffsetMetadataMaxBytes { get; init; }

    /// <summary>offsets.retention.minutes: how long the offsets of a group without members stay.</summary>
    public required TimeSpan OffsetsRetention { get; init; }

    /// <summary>offsets.retention.check.interval.ms: time between two looks for offsets to drop.</summary>
    public required TimeSpan OffsetsRetentionCheckInterval { get; init; }

    /// <summary>offsets.commit.timeout.ms: how long a write of the coordinator may wait to be replicated.</summary>
    public required TimeSpan CommitTimeout { get; init; }

    /// <summary>offsets.topic.num.partitions: partitions of <c>__consumer_offsets</c>.</summary>
    public required int OffsetsTopicPartitions { get; init; }

    /// <summary>offsets.topic.replication.factor: replicas of <c>__consumer_offsets</c>.</summary>
    public required short OffsetsTopicReplicationFactor { get; init; }

    /// <summary>offsets.topic.segment.bytes: segment size of <c>__consumer_offsets</c>.</summary>
    public required int OffsetsTopicSegmentBytes { get; init; }

    /// <summary>offsets.topic.compression.codec: the codec of its batches, 0 to 4 as in a batch's attributes.</summary>
    public required int OffsetsTopicCompressionCodec { get; init; }

    internal static ClassicGroupConfig From(ConfigValues values) => new()
    {
        InitialRebalanceDelay = ConfigTime.Milliseconds(values.Required<int>("group.initial.rebalance.delay.ms")),
        MinSessionTimeoutMs = values.Required<int>("group.min.session.timeout.ms"),
        MaxSessionTimeoutMs = values.Required<int>("group.max.session.timeout.ms"),
        MaxSize = values.Required<int>("group.max.size"),
        OffsetMetadataMaxBytes = values.Required<int>("offset.metadata.max.bytes"),
        OffsetsRetention = TimeSpan.FromMinutes(values.Required<int>("offsets.retention.minutes")),
        OffsetsRetentionCheckInterval = ConfigTime.Milliseconds(values.Required<long>("offsets.retention.check.interval.ms")),
        CommitTimeout = ConfigTime.Milliseconds(values.Required<int>("offsets.commit.timeout.ms")),
        OffsetsTopicPartitions = values.Required<int>("offsets.topic.num.partitions"),
        OffsetsTopicReplicationFactor = values.Required<short>("offsets.topic.replication.factor"),
        OffsetsTopicSegmentBytes = values.Required<int>("offsets.topic.segment.bytes"),
        OffsetsTopicCompressionCodec = values.Required<int>("offsets.topic.compression.codec"),
    };
}
