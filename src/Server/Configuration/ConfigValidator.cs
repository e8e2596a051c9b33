using System.Globalization;
using Compat.Log.Configuration;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Server.Configuration.Description;
using Compat.Server.Configuration.Resources;

namespace Compat.Server.Configuration;

/// <summary>Tells the controller what is valid and in force, by the definitions and the broker's configuration.</summary>
/// <param name="broker">The broker's configuration.</param>
public sealed class ConfigValidator(DynamicBrokerConfig broker) : IConfigValidator
{
    /// <inheritdoc/>
    public ApiError Validate(ConfigResource resource, IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> existing)
    {
        BrokerConfig current = broker.Current;
        ConfigProblem? problem = resource.Type switch
        {
            ConfigResourceType.Topic => TopicConfigChange.Check(values, current),
            ConfigResourceType.Broker => BrokerConfigChange.Check(resource.Name.Length == 0, values, current),
            ConfigResourceType.ClientMetrics => ClientMetricsConfigChange.Check(resource.Name, values),
            ConfigResourceType.Group => GroupConfigChange.Check(resource.Name, values, current),
            _ => ConfigProblem.Request($"Unknown resource type {(sbyte)resource.Type}"),
        };
        return problem is { } found ? new ApiError(found.Code, found.Message) : ApiError.None;
    }

    /// <inheritdoc/>
    public bool IsList(ConfigResourceType type, string name) => DefinitionOf(type, name)?.Type == ConfigType.List;

    /// <inheritdoc/>
    public string? DefaultOf(MetadataImage image, ConfigResourceType type, string name) => DefinitionOf(type, name)?.Default;

    /// <inheritdoc/>
    public IReadOnlyList<EffectiveConfig> EffectiveTopicConfigs(MetadataImage image, IReadOnlyDictionary<string, string> topicValues) =>
    [
        .. new ConfigDescriber(broker.Current).Topic(topicValues).Select(entry =>
            new EffectiveConfig(entry.Name, entry.VisibleValue, (sbyte)entry.Source, IsReadOnly: false, entry.IsSensitive)),
    ];

    /// <summary>What is wrong with the name of a broker resource, which must be the id of the broker that is asked, or empty.</summary>
    internal static ConfigProblem? CheckBrokerName(string name, int nodeId)
    {
        if (name.Length == 0)
        {
            return null;
        }

        if (!int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id))
        {
            return ConfigProblem.Request($"Node id must be an integer, but it is: {name}");
        }

        return id == nodeId ? null : ConfigProblem.Request($"Unexpected broker id, expected {nodeId}, but received {name}");
    }

    private static ConfigDefinition? DefinitionOf(ConfigResourceType type, string name)
    {
        ConfigCatalog? catalog = type switch
        {
            ConfigResourceType.Topic => TopicConfigs.Catalog,
            ConfigResourceType.Broker => BrokerConfigs.Catalog,
            ConfigResourceType.ClientMetrics => ClientMetricsConfigs.Catalog,
            ConfigResourceType.Group => GroupConfigs.Catalog,
            _ => null,
        };
        return catalog is not null && catalog.TryGet(name, out ConfigDefinition? definition) ? definition : null;
    }
}
