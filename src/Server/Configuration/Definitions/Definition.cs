using System.Collections.Frozen;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Definitions;

/// <summary>The words in which the lists of settings are written.</summary>
internal static class Definition
{
    private static readonly FrozenDictionary<string, ConfigDefinition> TopicBySynonym = TopicConfigs.Catalog.All
        .Where(topic => topic.Synonyms.Count > 0)
        .ToFrozenDictionary(topic => topic.Synonyms[0].Name, StringComparer.Ordinal);

    public static ConfigDefinition Bool(string name, string? defaultText, string documentation) =>
        new(name, ConfigType.Boolean, defaultText, null, documentation);

    public static ConfigDefinition Text(string name, string? defaultText, ConfigRule? rule, string documentation) =>
        new(name, ConfigType.String, defaultText, rule, documentation);

    public static ConfigDefinition Int(string name, string? defaultText, ConfigRule? rule, string documentation) =>
        new(name, ConfigType.Int, defaultText, rule, documentation);

    public static ConfigDefinition Short(string name, string? defaultText, ConfigRule? rule, string documentation) =>
        new(name, ConfigType.Short, defaultText, rule, documentation);

    public static ConfigDefinition Long(string name, string? defaultText, ConfigRule? rule, string documentation) =>
        new(name, ConfigType.Long, defaultText, rule, documentation);

    public static ConfigDefinition Number(string name, string? defaultText, ConfigRule? rule, string documentation) =>
        new(name, ConfigType.Double, defaultText, rule, documentation);

    public static ConfigDefinition List(string name, string? defaultText, ConfigRule? rule, string documentation) =>
        new(name, ConfigType.List, defaultText, rule, documentation);

    public static ConfigDefinition Class(string name, string? defaultText, string documentation) =>
        new(name, ConfigType.Class, defaultText, null, documentation);

    public static ConfigDefinition Password(string name, string documentation) =>
        new(name, ConfigType.Password, null, null, documentation);

    /// <summary>The broker setting that a topic takes when it sets nothing itself: of the same type, default and validity.</summary>
    public static ConfigDefinition TopicDefault(string name)
    {
        ConfigDefinition topic = TopicBySynonym[name];
        string documentation = topic.Name == name ? topic.Documentation : $"What topics have that do not set {topic.Name}. {topic.Documentation}";
        return topic with { Name = name, Documentation = documentation, Synonyms = [] };
    }

    extension(ConfigDefinition definition)
    {
        /// <summary>Has no value of its own unless set, and then any of its type.</summary>
        public ConfigDefinition Unset() => definition with { Default = null, Rule = null };

        public ConfigDefinition Required() => definition with { IsRequired = true };

        public ConfigDefinition Internal() => definition with { IsInternal = true };

        public ConfigDefinition DynamicOnly() => definition with { IsDynamicOnly = true };

        public ConfigDefinition ClusterWide() => definition with { UpdateMode = ConfigUpdateMode.ClusterWide };

        public ConfigDefinition PerBroker() => definition with { UpdateMode = ConfigUpdateMode.PerBroker };

        public ConfigDefinition OnlyDefault(string reason) => definition with { Effect = ConfigEffect.OnlyDefault(reason) };
    }
}
