using System.Collections.Immutable;

namespace Compat.Replication.Metadata;

/// <summary>
/// The features of KIP-584 that this broker has. A feature that clients or other brokers could rely on is listed only
/// once it works, because a finalized level is a promise: transactions, the consumer group protocol, share groups and
/// streams groups are not in here yet.
/// </summary>
public static class FeatureCatalog
{
    /// <summary>The feature that says how the quorum's voters are known (KIP-853); kept by the quorum itself.</summary>
    public const string KRaftVersion = "kraft.version";

    /// <summary>The feature that keeps which replicas outside the ISR may lead without loss (KIP-966).</summary>
    public const string EligibleLeaderReplicas = "eligible.leader.replicas.version";

    /// <summary>Supported levels by feature, sorted by name. Level 0 means that a feature is off.</summary>
    public static ImmutableSortedDictionary<string, VersionRange> Supported { get; } =
        new Dictionary<string, VersionRange>
        {
            [EligibleLeaderReplicas] = new(0, 1),
            [KRaftVersion] = new(0, 1),
            [MetadataVersion.FeatureName] = new(MetadataVersion.MinLevel, MetadataVersion.MaxLevel),
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
