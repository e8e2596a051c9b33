using Compat.Wire.Records;

namespace Compat.Coordination.Groups;

/// <summary>The group coordinator's part of the broker's configuration, under Kafka's defaults.</summary>
public sealed record GroupCoordinatorConfig
{
    /// <summary>The longest a new member's JoinGroup is left waiting, milliseconds: a client that is still there tries again.</summary>
    public const int NewMemberJoinTimeoutMs = 5 * 60 * 1000;

    /// <summary>The shortest session timeout a member may ask for, milliseconds (group.min.session.timeout.ms).</summary>
    public int MinSessionTimeoutMs { get; init; } = 6000;

    /// <summary>The longest session timeout a member may ask for, milliseconds (group.max.session.timeout.ms).</summary>
    public int MaxSessionTimeoutMs { get; init; } = 1_800_000;

    /// <summary>How long the first rebalance of an empty group waits for more members, milliseconds (group.initial.rebalance.delay.ms).</summary>
    public int InitialRebalanceDelayMs { get; init; } = 3000;

    /// <summary>Members a group may have (group.max.size).</summary>
    public int MaxSize { get; init; } = int.MaxValue;

    /// <summary>Characters of metadata that a committed offset may carry (offset.metadata.max.bytes).</summary>
    public int OffsetMetadataMaxBytes { get; init; } = 4096;

    /// <summary>How long offsets are kept after their group became empty, milliseconds (offsets.retention.minutes).</summary>
    public long OffsetsRetentionMs { get; init; } = 10080L * 60 * 1000;

    /// <summary>How often expired offsets are looked for, milliseconds (offsets.retention.check.interval.ms).</summary>
    public long OffsetsRetentionCheckIntervalMs { get; init; } = 600_000;

    /// <summary>Partitions the internal topic is created with (offsets.topic.num.partitions).</summary>
    public int OffsetsTopicPartitions { get; init; } = 50;

    /// <summary>How the internal topic's batches are compressed (offsets.topic.compression.codec).</summary>
    public CompressionType OffsetsTopicCompression { get; init; } = CompressionType.None;

    /// <summary>How long an answer waits for its records to be committed, milliseconds (offsets.commit.timeout.ms).</summary>
    public int CommitTimeoutMs { get; init; } = 5000;
}
