using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Quorum;

/// <summary>What a quorum takes from the configuration of its node.</summary>
public sealed record MetadataQuorumOptions
{
    /// <summary>node.id.</summary>
    public required int NodeId { get; init; }

    /// <summary>metadata.log.dir: the log directory that has <c>__cluster_metadata-0</c> in it.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>The id of that log directory, from its meta.properties.</summary>
    public required Uuid DirectoryId { get; init; }

    /// <summary>This node's listeners for controllers; none if nobody else takes part.</summary>
    public ImmutableArray<BrokerEndpoint> Endpoints { get; init; } = [];

    /// <summary>The records that a new cluster begins with.</summary>
    public IReadOnlyList<MetadataRecord> BootstrapRecords { get; init; } =
    [
        new(new FeatureLevelRecord { Name = MetadataVersion.FeatureName, FeatureLevel = MetadataVersion.MaxLevel }, 0),
    ];

    /// <summary>metadata.log.segment.bytes.</summary>
    public int SegmentBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>metadata.log.segment.ms.</summary>
    public long SegmentMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary>metadata.max.retention.bytes: log and snapshots above which old ones go; negative for no limit.</summary>
    public long MaxRetentionBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>metadata.max.retention.ms: age above which old snapshots go; negative for no limit.</summary>
    public long MaxRetentionMs { get; init; } = 7L * 24 * 60 * 60 * 1000;
}
