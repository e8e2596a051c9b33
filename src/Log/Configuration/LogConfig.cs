namespace Compat.Log.Configuration;

/// <summary>
/// The settings in force for one topic's logs, typed. Immutable: a change makes a new one, and a log sees it at its next append or timer.
/// </summary>
public sealed record LogConfig
{
    /// <summary>What a topic has that sets nothing, on a broker that sets nothing.</summary>
    public static readonly LogConfig Default = From(new Dictionary<string, string?>());

    /// <summary>Bytes at which the active segment is closed.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary>Age in milliseconds at which the active segment is closed.</summary>
    public required long SegmentMs { get; init; }

    /// <summary>Largest random part, in milliseconds, taken off <see cref="SegmentMs"/>.</summary>
    public required long SegmentJitterMs { get; init; }

    /// <summary>Largest size of an offset or time index in bytes.</summary>
    public required int SegmentIndexBytes { get; init; }

    /// <summary>Bytes of records between two index entries.</summary>
    public required int IndexIntervalBytes { get; init; }

    /// <summary>Whether segment files get their full size at once.</summary>
    public required bool Preallocate { get; init; }

    /// <summary>Records after which the log is forced to disk; <see cref="long.MaxValue"/> is never.</summary>
    public required long FlushMessages { get; init; }

    /// <summary>Milliseconds after which the log is forced to disk; <see cref="long.MaxValue"/> is never.</summary>
    public required long FlushMs { get; init; }

    /// <summary>Milliseconds between taking a file out of the log and deleting it.</summary>
    public required long FileDeleteDelayMs { get; init; }

    /// <summary>Bytes of a partition above which old segments go; negative is no limit.</summary>
    public required long RetentionBytes { get; init; }

    /// <summary>Age in milliseconds above which segments go; negative is no limit.</summary>
    public required long RetentionMs { get; init; }

    /// <summary>Whether the latest record of each key is kept and earlier ones go.</summary>
    public required bool CleanupCompact { get; init; }

    /// <summary>Whether segments past the retention limits go.</summary>
    public required bool CleanupDelete { get; init; }

    /// <summary>Milliseconds for which compaction keeps tombstones.</summary>
    public required long DeleteRetentionMs { get; init; }

    /// <summary>Age in milliseconds before which a record is not compacted.</summary>
    public required long MinCompactionLagMs { get; init; }

    /// <summary>Age in milliseconds at which a record has to be considered for compaction.</summary>
    public required long MaxCompactionLagMs { get; init; }

    /// <summary>Share of uncompacted data, 0 to 1, at which compaction begins.</summary>
    public required double MinCleanableDirtyRatio { get; init; }

    /// <summary>Largest batch in bytes that a producer may append.</summary>
    public required int MaxMessageBytes { get; init; }

    /// <summary>The codec batches are stored with.</summary>
    public required BrokerCompressionType CompressionType { get; init; }

    /// <summary>Level for gzip, 1 to 9 or -1 for the codec's own.</summary>
    public required int CompressionGzipLevel { get; init; }

    /// <summary>Level for lz4, 1 to 17.</summary>
    public required int CompressionLz4Level { get; init; }

    /// <summary>Level for zstd, up to 22.</summary>
    public required int CompressionZstdLevel { get; init; }

    /// <summary>Whose clock dates records.</summary>
    public required MessageTimestampType MessageTimestampType { get; init; }

    /// <summary>Milliseconds a record's own time may lie before the broker's.</summary>
    public required long MessageTimestampBeforeMaxMs { get; init; }

    /// <summary>Milliseconds a record's own time may lie after the broker's.</summary>
    public required long MessageTimestampAfterMaxMs { get; init; }

    /// <summary>Replicas that have to be in sync for acks=all.</summary>
    public required int MinInsyncReplicas { get; init; }

    /// <summary>Whether a replica outside the ISR may become leader.</summary>
    public required bool UncleanLeaderElectionEnable { get; init; }

    /// <summary>The replicas whose leaders send no faster than <c>leader.replication.throttled.rate</c>.</summary>
    public ThrottledReplicas LeaderThrottledReplicas { get; init; } = ThrottledReplicas.None;

    /// <summary>The replicas that follow no faster than <c>follower.replication.throttled.rate</c>.</summary>
    public ThrottledReplicas FollowerThrottledReplicas { get; init; } = ThrottledReplicas.None;

    /// <summary>Age at which the active segment is closed when compaction is to reach its records in time.</summary>
    public long MaxSegmentMs => CleanupCompact && MaxCompactionLagMs > 0 ? Math.Min(MaxCompactionLagMs, SegmentMs) : SegmentMs;

    /// <summary>The level to recompress with when <see cref="CompressionType"/> names a codec that has levels, else -1.</summary>
    public int CompressionLevel => CompressionType switch
    {
        BrokerCompressionType.Gzip => CompressionGzipLevel,
        BrokerCompressionType.Lz4 => CompressionLz4Level,
        BrokerCompressionType.Zstd => CompressionZstdLevel,
        _ => -1,
    };

    /// <summary>Types the settings of a topic.</summary>
    /// <param name="values">Effective values by topic setting name; what is missing or null has Kafka's default.</param>
    /// <exception cref="ConfigException">A value is not valid.</exception>
    public static LogConfig From(IReadOnlyDictionary<string, string?> values) => new LogConfigReader(values).Read();

    /// <summary>Types the settings of a topic that overrides some of a broker's defaults.</summary>
    /// <param name="defaults">The broker's values by topic setting name.</param>
    /// <param name="overrides">The topic's own values, which win.</param>
    /// <exception cref="ConfigException">A value is not valid.</exception>
    public static LogConfig From(IReadOnlyDictionary<string, string?> defaults, IReadOnlyDictionary<string, string?> overrides)
    {
        Dictionary<string, string?> effective = new(defaults, StringComparer.Ordinal);
        foreach ((string name, string? value) in overrides)
        {
            effective[name] = value;
        }

        return From(effective);
    }
}
