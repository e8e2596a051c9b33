namespace Compat.Replication.Metadata;

/// <summary>
/// Everything that the cluster has agreed on, as of one offset of the metadata log. Immutable, so a reader takes one
/// image and sees one moment; it costs a reader neither lock nor allocation.
/// </summary>
public sealed record MetadataImage
{
    /// <summary>The image before the first record.</summary>
    public static MetadataImage Empty { get; } = new();

    /// <summary>Up to where in the log it goes.</summary>
    public MetadataProvenance Provenance { get; init; } = MetadataProvenance.Empty;

    /// <summary>Feature levels.</summary>
    public FeaturesImage Features { get; init; } = FeaturesImage.Empty;

    /// <summary>Brokers and controllers.</summary>
    public ClusterImage Cluster { get; init; } = ClusterImage.Empty;

    /// <summary>Topics and partitions.</summary>
    public TopicsImage Topics { get; init; } = TopicsImage.Empty;

    /// <summary>Configurations.</summary>
    public ConfigurationsImage Configs { get; init; } = ConfigurationsImage.Empty;

    /// <summary>First producer id that was never given to a broker.</summary>
    public long NextProducerId { get; init; }

    /// <summary>Records of areas not acted upon.</summary>
    public RetainedRecordsImage Retained { get; init; } = RetainedRecordsImage.Empty;

    /// <summary>True if no record that says something was ever applied.</summary>
    public bool IsEmpty => Features.MetadataVersion is null && Cluster.Brokers.IsEmpty && Topics.Count == 0;

    /// <summary>
    /// The records that recreate the image, in the order of Kafka's snapshots: features first, so that a reader knows
    /// the metadata version. The same image always gives the same records.
    /// </summary>
    public IEnumerable<MetadataRecord> ToRecords() => new ImageWriter(this).Records();
}
