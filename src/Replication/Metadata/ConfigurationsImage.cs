using System.Collections.Immutable;

namespace Compat.Replication.Metadata;

/// <summary>The configurations kept in the metadata log, by resource. Immutable.</summary>
/// <param name="ByResource">Values by name for each resource that has any.</param>
public sealed record ConfigurationsImage(
    PersistentMap<ConfigResource, ImmutableSortedDictionary<string, string>> ByResource)
{
    /// <summary>A resource without values of its own.</summary>
    public static ImmutableSortedDictionary<string, string> None { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>No configurations.</summary>
    public static ConfigurationsImage Empty { get; } =
        new(PersistentMap<ConfigResource, ImmutableSortedDictionary<string, string>>.Empty);

    /// <summary>The values that were set on a resource; empty if none were.</summary>
    public ImmutableSortedDictionary<string, string> Of(ConfigResource resource) =>
        ByResource.TryGetValue(resource, out ImmutableSortedDictionary<string, string>? values) ? values : None;
}
