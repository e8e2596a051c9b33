using Compat.Log.Configuration;

namespace Compat.Server.Configuration;

/// <summary>What topics have that set nothing themselves.</summary>
public sealed record TopicDefaultsConfig
{
    /// <summary>num.partitions: partitions of a topic created without a number.</summary>
    public required int NumPartitions { get; init; }

    /// <summary>default.replication.factor: replicas of a topic created without a number.</summary>
    public required int ReplicationFactor { get; init; }

    /// <summary>auto.create.topics.enable: whether asking for a topic creates it.</summary>
    public required bool AutoCreateEnable { get; init; }

    /// <summary>delete.topic.enable: whether topics can be deleted.</summary>
    public required bool DeleteEnable { get; init; }

    /// <summary>The value of each topic setting that has a broker setting behind it, in the topic setting's unit.</summary>
    public required IReadOnlyDictionary<string, string?> LogDefaults { get; init; }

    /// <summary>The same, typed.</summary>
    public required LogConfig Log { get; init; }

    internal static TopicDefaultsConfig From(ConfigValues values)
    {
        Dictionary<string, string?> defaults = new(StringComparer.Ordinal);
        foreach (ConfigDefinition topic in TopicConfigs.Catalog.All.Where(topic => topic.Synonyms.Count > 0))
        {
            defaults[topic.Name] = topic.Synonyms
                .Select(synonym => values.Text(synonym.Name) is { } value ? synonym.Convert(value) : null)
                .FirstOrDefault(value => value is not null);
        }

        return new TopicDefaultsConfig
        {
            NumPartitions = values.Required<int>("num.partitions"),
            ReplicationFactor = values.Required<int>("default.replication.factor"),
            AutoCreateEnable = values.Required<bool>("auto.create.topics.enable"),
            DeleteEnable = values.Required<bool>("delete.topic.enable"),
            LogDefaults = defaults,
            Log = LogConfig.From(defaults),
        };
    }
}
