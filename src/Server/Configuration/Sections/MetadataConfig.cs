namespace Compat.Server.Configuration;

/// <summary>How the metadata log is kept.</summary>
public sealed record MetadataConfig
{
    /// <summary>metadata.log.dir: its directory as an absolute path; null is the first log directory.</summary>
    public required string? LogDir { get; init; }

    /// <summary>metadata.log.segment.bytes: size at which a segment is closed.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary>metadata.log.segment.ms: age at which a segment is closed.</summary>
    public required long SegmentMs { get; init; }

    /// <summary>metadata.max.retention.bytes: size of log and snapshots above which old ones go; negative is no limit.</summary>
    public required long RetentionBytes { get; init; }

    /// <summary>metadata.max.retention.ms: age above which old segments and snapshots go; negative is no limit.</summary>
    public required long RetentionMs { get; init; }

    /// <summary>metadata.log.max.record.bytes.between.snapshots: bytes of records after which a snapshot is written.</summary>
    public required long MaxBytesBetweenSnapshots { get; init; }

    /// <summary>metadata.log.max.snapshot.interval.ms: time after which a snapshot is written if anything is new; null is never.</summary>
    public required TimeSpan? MaxSnapshotInterval { get; init; }

    internal static MetadataConfig From(ConfigValues values)
    {
        long intervalMs = values.Required<long>("metadata.log.max.snapshot.interval.ms");
        return new MetadataConfig
        {
            LogDir = values.Optional<string>("metadata.log.dir") is { } directory ? Path.GetFullPath(directory) : null,
            SegmentBytes = values.Optional<int?>("internal.metadata.log.segment.bytes") ?? values.Required<int>("metadata.log.segment.bytes"),
            SegmentMs = values.Required<long>("metadata.log.segment.ms"),
            RetentionBytes = values.Required<long>("metadata.max.retention.bytes"),
            RetentionMs = values.Required<long>("metadata.max.retention.ms"),
            MaxBytesBetweenSnapshots = values.Required<long>("metadata.log.max.record.bytes.between.snapshots"),
            MaxSnapshotInterval = intervalMs == 0 ? null : ConfigTime.Milliseconds(intervalMs),
        };
    }
}
