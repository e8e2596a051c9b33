using System.Collections.Immutable;

namespace Compat.Replication.Metadata;

/// <summary>The feature levels that the cluster has agreed on. Immutable.</summary>
/// <param name="MetadataVersion">The level of metadata.version, null before the first record that says it.</param>
/// <param name="Finalized">The levels above 0 of the other features that are kept in the log, by name.</param>
public sealed record FeaturesImage(MetadataVersion? MetadataVersion, ImmutableSortedDictionary<string, short> Finalized)
{
    /// <summary>Nothing agreed on.</summary>
    public static FeaturesImage Empty { get; } =
        new(null, ImmutableSortedDictionary.Create<string, short>(StringComparer.Ordinal));

    /// <summary>The metadata version, or the newest one while the log does not say it.</summary>
    public MetadataVersion EffectiveMetadataVersion => MetadataVersion ?? Metadata.MetadataVersion.Latest;

    /// <summary>The level of a feature, 0 if it is not enabled.</summary>
    public short LevelOf(string feature) => feature == Metadata.MetadataVersion.FeatureName
        ? MetadataVersion?.Level ?? 0
        : Finalized.GetValueOrDefault(feature);
}
