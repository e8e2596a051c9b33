using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Resources;

/// <summary>Checks all the settings a topic would have.</summary>
internal static class TopicConfigChange
{
    /// <summary>The problem with the settings, or null.</summary>
    /// <param name="values">The topic's own settings as they would be.</param>
    /// <param name="broker">The broker's settings, which hold where the topic sets nothing.</param>
    public static ConfigProblem? Check(IReadOnlyDictionary<string, string> values, BrokerConfig broker)
    {
        foreach ((string name, string value) in values)
        {
            if (!TopicConfigs.Catalog.TryGet(name, out ConfigDefinition? definition))
            {
                return ConfigProblem.Config($"Unknown topic config name: {name}");
            }

            if (definition.ProblemWith(value) is { } problem)
            {
                return ConfigProblem.Config(new ConfigException(name, value, problem).Message);
            }
        }

        return CheckCompactionLags(values, broker) ?? CheckRemoteStorage(values);
    }

    private static ConfigProblem? CheckCompactionLags(IReadOnlyDictionary<string, string> values, BrokerConfig broker)
    {
        long minimum = Number(values, broker, TopicConfigNames.MinCompactionLagMs);
        long maximum = Number(values, broker, TopicConfigNames.MaxCompactionLagMs);
        return minimum > maximum
            ? ConfigProblem.Config($"{TopicConfigNames.MinCompactionLagMs} ({minimum}) is greater than {TopicConfigNames.MaxCompactionLagMs} ({maximum})")
            : null;
    }

    private static ConfigProblem? CheckRemoteStorage(IReadOnlyDictionary<string, string> values) =>
        values.TryGetValue(TopicConfigNames.RemoteStorageEnable, out string? enable) && enable.Trim().Equals("true", StringComparison.OrdinalIgnoreCase)
            ? ConfigProblem.Config("Tiered storage is disabled in the broker, so a topic cannot use remote storage")
            : null;

    private static long Number(IReadOnlyDictionary<string, string> values, BrokerConfig broker, string name)
    {
        string? text = values.TryGetValue(name, out string? own) ? own : broker.Topics.LogDefaults.GetValueOrDefault(name);
        return (long)TopicConfigs.Catalog[name].Parse(text)!;
    }
}
