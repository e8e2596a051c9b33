using Compat.Coordination.Groups;
using Compat.Replication.Controller;
using Compat.Server.Configuration;
using Compat.Wire.Records;

namespace Compat.Server.Hosting;

/// <summary>What the group coordinator and its topic want to know of the configuration, in their own words.</summary>
internal static class GroupOptions
{
    public static GroupCoordinatorConfig From(ClassicGroupConfig config) => new()
    {
        InitialRebalanceDelayMs = Milliseconds(config.InitialRebalanceDelay),
        MinSessionTimeoutMs = config.MinSessionTimeoutMs,
        MaxSessionTimeoutMs = config.MaxSessionTimeoutMs,
        MaxSize = config.MaxSize,
        OffsetMetadataMaxBytes = config.OffsetMetadataMaxBytes,
        OffsetsRetentionMs = (long)config.OffsetsRetention.TotalMilliseconds,
        OffsetsRetentionCheckIntervalMs = (long)config.OffsetsRetentionCheckInterval.TotalMilliseconds,
        OffsetsTopicPartitions = config.OffsetsTopicPartitions,
        OffsetsTopicCompression = (CompressionType)config.OffsetsTopicCompressionCodec,
        CommitTimeoutMs = Milliseconds(config.CommitTimeout),
    };

    public static AutoTopicOptions Topics(ClassicGroupConfig config) => new()
    {
        OffsetsTopicPartitions = config.OffsetsTopicPartitions,
        OffsetsTopicReplicationFactor = config.OffsetsTopicReplicationFactor,
        OffsetsTopicSegmentBytes = config.OffsetsTopicSegmentBytes,
    };

    private static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;
}
