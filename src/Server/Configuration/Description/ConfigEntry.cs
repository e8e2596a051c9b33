using Compat.Log.Configuration;
using Compat.Wire.Messages;

namespace Compat.Server.Configuration.Description;

/// <summary>One value of a chain: the first is in force, the next would be if it were gone.</summary>
/// <param name="Name">The setting it was given under.</param>
/// <param name="Value">The value, as it was given.</param>
/// <param name="Source">By whom.</param>
internal readonly record struct ConfigSynonymValue(string Name, string Value, ConfigSource Source);

/// <summary>A setting of a resource as DescribeConfigs tells it.</summary>
/// <param name="Name">The setting.</param>
/// <param name="Definition">What is known about it; null for a name that no setting has.</param>
/// <param name="Value">The value in force.</param>
/// <param name="Chain">All values that were given, the strongest first.</param>
internal sealed record ConfigEntry(string Name, ConfigDefinition? Definition, string? Value, IReadOnlyList<ConfigSynonymValue> Chain)
{
    /// <summary>Where the value comes from.</summary>
    public ConfigSource Source => Chain.Count == 0 ? ConfigSource.Default : Chain[0].Source;

    /// <summary>True when the value must not be shown: a password, or nobody knows what.</summary>
    public bool IsSensitive => Definition?.IsSensitive ?? true;

    /// <summary>True when the setting cannot be changed while the broker runs.</summary>
    public bool IsReadOnly => Definition is null || Definition.UpdateMode == ConfigUpdateMode.ReadOnly;

    /// <summary>The value to show.</summary>
    public string? VisibleValue => IsSensitive ? null : Value;

    /// <summary>The entry of an answer.</summary>
    public DescribeConfigsResponse.DescribeConfigsResourceResult ToResult(bool includeSynonyms, bool includeDocumentation) => new()
    {
        Name = Name,
        Value = VisibleValue,
        ReadOnly = IsReadOnly,
        ConfigSource = (sbyte)Source,
        IsSensitive = IsSensitive,
        ConfigType = (sbyte)(Definition?.Type ?? 0),
        Documentation = includeDocumentation ? Definition?.Documentation : null,
        Synonyms = includeSynonyms ? [.. Chain.Select(ToSynonym)] : [],
    };

    private DescribeConfigsResponse.DescribeConfigsSynonym ToSynonym(ConfigSynonymValue value) => new()
    {
        Name = value.Name,
        Value = IsSensitive ? null : value.Value,
        Source = (sbyte)value.Source,
    };
}
