using Compat.Replication.Metadata;

namespace Compat.Replication.Controller;

/// <summary>What the controller asks about configurations; the definitions belong to other layers.</summary>
public interface IConfigValidator
{
    /// <summary>
    /// Checks all values that a resource would have. INVALID_CONFIG with a text for a bad name or value,
    /// INVALID_REQUEST for a bad resource.
    /// </summary>
    /// <param name="resource">The resource.</param>
    /// <param name="values">All of its values as they would be.</param>
    /// <param name="existing">All of its values as they are.</param>
    ApiError Validate(
        ConfigResource resource,
        IReadOnlyDictionary<string, string> values,
        IReadOnlyDictionary<string, string> existing);

    /// <summary>True if a configuration is a list, so that it can be appended to and subtracted from.</summary>
    bool IsList(ConfigResourceType type, string name);

    /// <summary>The value that a resource of a type has if none is set on it, or null.</summary>
    string? DefaultOf(MetadataImage image, ConfigResourceType type, string name);

    /// <summary>All configurations of a topic with the given values of its own, sorted by name.</summary>
    IReadOnlyList<EffectiveConfig> EffectiveTopicConfigs(MetadataImage image, IReadOnlyDictionary<string, string> topicValues);
}

/// <summary>A configuration with the value in force.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null if it has none or must not be shown.</param>
/// <param name="Source">Where the value comes from, as in DescribeConfigs: 1 topic, 4 static broker, 5 default...</param>
/// <param name="IsReadOnly">True if it cannot be changed.</param>
/// <param name="IsSensitive">True if its value must not be shown.</param>
public sealed record EffectiveConfig(string Name, string? Value, sbyte Source, bool IsReadOnly, bool IsSensitive);
