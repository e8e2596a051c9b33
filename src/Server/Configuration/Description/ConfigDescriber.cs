using Compat.Log.Configuration;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Configuration.Description;

/// <summary>All settings of a resource with the values in force and where they come from, ordered by name.</summary>
/// <param name="broker">The broker's configuration.</param>
internal sealed class ConfigDescriber(BrokerConfig broker)
{
    /// <summary>A topic's settings.</summary>
    /// <param name="own">What the topic sets itself.</param>
    public IEnumerable<ConfigEntry> Topic(IReadOnlyDictionary<string, string> own) =>
        Described(TopicConfigs.Catalog, own, ConfigSource.Topic, static (definition, value) =>
            definition.Synonyms.First(synonym => synonym.Name == value.Name).Convert(value.Value));

    /// <summary>A group's settings.</summary>
    /// <param name="own">What the group sets itself.</param>
    public IEnumerable<ConfigEntry> Group(IReadOnlyDictionary<string, string> own) =>
        Described(GroupConfigs.Catalog, own, ConfigSource.Group, static (_, value) => value.Value);

    /// <summary>The settings of a subscription to client metrics.</summary>
    /// <param name="own">What the subscription sets.</param>
    public IEnumerable<ConfigEntry> ClientMetrics(IReadOnlyDictionary<string, string> own) =>
        ClientMetricsConfigs.Catalog.Public.Select(definition => own.TryGetValue(definition.Name, out string? value)
            ? new ConfigEntry(definition.Name, definition, value, [new ConfigSynonymValue(definition.Name, value, ConfigSource.ClientMetrics)])
            : new ConfigEntry(definition.Name, definition, definition.Default, []));

    /// <summary>This broker's settings, and the unknown ones that were given to it.</summary>
    public IEnumerable<ConfigEntry> Broker()
    {
        IEnumerable<string> unknown = broker.Static.Keys.Concat(broker.DynamicDefaults.Keys).Concat(broker.DynamicOwn.Keys)
            .Where(name => !BrokerConfigs.Catalog.Contains(name));
        IEnumerable<string> names = BrokerConfigs.Catalog.Public.Where(IsDescribed).Select(definition => definition.Name);
        return names.Concat(unknown).Distinct().Order(StringComparer.Ordinal).Select(BrokerEntry);
    }

    /// <summary>What the cluster sets for all brokers.</summary>
    public IEnumerable<ConfigEntry> BrokerDefaults() => broker.DynamicDefaults.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair =>
        new ConfigEntry(pair.Key, DefinitionOf(pair.Key), pair.Value, [new ConfigSynonymValue(pair.Key, pair.Value, ConfigSource.DynamicDefaultBroker)]));

    /// <summary>Settings that only a running broker can be given are shown once they were given.</summary>
    private bool IsDescribed(ConfigDefinition definition) =>
        !definition.IsDynamicOnly || broker.DynamicOwn.ContainsKey(definition.Name) || broker.DynamicDefaults.ContainsKey(definition.Name);

    private ConfigEntry BrokerEntry(string name)
    {
        // What is listed before the setting itself are stronger synonyms, whose value it does not have.
        ConfigSynonymValue[] chain = [.. Chain(BrokerConfigs.SynonymsOf(name)).SkipWhile(value => value.Name != name)];
        ConfigDefinition? definition = DefinitionOf(name);
        string? value = definition is null || !BrokerConfigs.Catalog.Contains(name) ? chain[0].Value : broker.Values.Text(name);
        return new ConfigEntry(name, definition, value, chain);
    }

    private IEnumerable<ConfigEntry> Described(
        ConfigCatalog catalog, IReadOnlyDictionary<string, string> own, ConfigSource source, Func<ConfigDefinition, ConfigSynonymValue, string> convert)
    {
        foreach (ConfigDefinition definition in catalog.All.Where(definition => !definition.IsInternal || own.ContainsKey(definition.Name)))
        {
            List<ConfigSynonymValue> chain = [.. Chain([.. definition.Synonyms.Select(synonym => synonym.Name)])];
            string? inherited = chain.Count == 0 ? definition.Default : convert(definition, chain[0]);
            if (own.TryGetValue(definition.Name, out string? value))
            {
                chain.Insert(0, new ConfigSynonymValue(definition.Name, value, source));
            }
            else if (chain.Count == 0 && source == ConfigSource.Group && definition.Default is not null)
            {
                chain.Add(new ConfigSynonymValue(definition.Name, definition.Default, ConfigSource.Default));
            }

            yield return new ConfigEntry(definition.Name, definition, value ?? inherited, chain);
        }
    }

    /// <summary>All values given under any of the names, the strongest first: by source, then in the order of the names.</summary>
    private IEnumerable<ConfigSynonymValue> Chain(IReadOnlyList<string> names)
    {
        foreach ((IReadOnlyDictionary<string, string> values, ConfigSource source) in Layers())
        {
            foreach (string name in names)
            {
                if (values.TryGetValue(name, out string? value))
                {
                    yield return new ConfigSynonymValue(name, value, source);
                }
            }
        }

        foreach (string name in names)
        {
            if (BrokerConfigs.Catalog.TryGet(name, out ConfigDefinition? definition) && definition.Default is not null)
            {
                yield return new ConfigSynonymValue(name, definition.Default, ConfigSource.Default);
            }
        }
    }

    private (IReadOnlyDictionary<string, string> Values, ConfigSource Source)[] Layers() =>
    [
        (broker.DynamicOwn, ConfigSource.DynamicBroker),
        (broker.DynamicDefaults, ConfigSource.DynamicDefaultBroker),
        (broker.Static, ConfigSource.StaticBroker),
    ];

    private static ConfigDefinition? DefinitionOf(string name) =>
        BrokerConfigs.Catalog.TryGet(StaticSettings.BaseNameOf(name), out ConfigDefinition? definition) ? definition : null;
}
