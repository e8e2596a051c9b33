using System.Globalization;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Resources;

/// <summary>Checks all the settings a group would have.</summary>
internal static class GroupConfigChange
{
    // A group's value lies between what the broker's settings allow; null is no bound.
    private static readonly (string Name, string? Minimum, string? Maximum)[] Bounds =
    [
        ("consumer.heartbeat.interval.ms", "group.consumer.min.heartbeat.interval.ms", "group.consumer.max.heartbeat.interval.ms"),
        ("consumer.session.timeout.ms", "group.consumer.min.session.timeout.ms", "group.consumer.max.session.timeout.ms"),
        ("consumer.assignment.interval.ms", "group.consumer.min.assignment.interval.ms", "group.consumer.max.assignment.interval.ms"),
        ("share.heartbeat.interval.ms", "group.share.min.heartbeat.interval.ms", "group.share.max.heartbeat.interval.ms"),
        ("share.session.timeout.ms", "group.share.min.session.timeout.ms", "group.share.max.session.timeout.ms"),
        ("share.record.lock.duration.ms", "group.share.min.record.lock.duration.ms", "group.share.max.record.lock.duration.ms"),
        ("share.delivery.count.limit", "group.share.min.delivery.count.limit", "group.share.max.delivery.count.limit"),
        ("share.partition.max.record.locks", "group.share.min.partition.max.record.locks", "group.share.max.partition.max.record.locks"),
        ("share.assignment.interval.ms", "group.share.min.assignment.interval.ms", "group.share.max.assignment.interval.ms"),
        ("streams.heartbeat.interval.ms", "group.streams.min.heartbeat.interval.ms", "group.streams.max.heartbeat.interval.ms"),
        ("streams.session.timeout.ms", "group.streams.min.session.timeout.ms", "group.streams.max.session.timeout.ms"),
        ("streams.num.standby.replicas", null, "group.streams.max.standby.replicas"),
        ("streams.assignment.interval.ms", "group.streams.min.assignment.interval.ms", "group.streams.max.assignment.interval.ms"),
        ("streams.task.offset.interval.ms", "group.streams.min.task.offset.interval.ms", null),
        ("streams.num.warmup.replicas", null, "group.streams.max.warmup.replicas"),
    ];

    private static readonly (string Session, string Heartbeat)[] Timeouts =
    [
        ("consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"),
        ("share.session.timeout.ms", "share.heartbeat.interval.ms"),
        ("streams.session.timeout.ms", "streams.heartbeat.interval.ms"),
    ];

    /// <summary>The problem with the settings, or null.</summary>
    /// <param name="group">The group's id.</param>
    /// <param name="values">The group's own settings as they would be.</param>
    /// <param name="broker">The broker's settings, which bound them.</param>
    public static ConfigProblem? Check(string group, IReadOnlyDictionary<string, string> values, BrokerConfig broker)
    {
        if (group.Length == 0)
        {
            return ConfigProblem.Request("Default group resources are not allowed.");
        }

        foreach ((string name, string value) in values)
        {
            if (!GroupConfigs.Catalog.TryGet(name, out ConfigDefinition? definition))
            {
                return ConfigProblem.Config($"Unknown group config name: {name}");
            }

            if (definition.ProblemWith(value) is { } problem)
            {
                return ConfigProblem.Config(new ConfigException(name, value, problem).Message);
            }
        }

        return CheckBounds(values, broker) ?? CheckTimeouts(values, broker) ?? CheckNames(values, broker);
    }

    private static ConfigProblem? CheckBounds(IReadOnlyDictionary<string, string> values, BrokerConfig broker)
    {
        foreach ((string name, string? minimum, string? maximum) in Bounds.Where(bound => values.ContainsKey(bound.Name)))
        {
            int value = int.Parse(values[name], NumberStyles.Integer, CultureInfo.InvariantCulture);
            int least = minimum is null ? int.MinValue : broker.Values.Required<int>(minimum);
            int most = maximum is null ? int.MaxValue : broker.Values.Required<int>(maximum);
            if (value < least || value > most)
            {
                string range = minimum is null ? $"must be at most {most}" : maximum is null ? $"must be at least {least}" : $"must be between {least} and {most}";
                return ConfigProblem.Config($"{name} {range}");
            }
        }

        return null;
    }

    private static ConfigProblem? CheckTimeouts(IReadOnlyDictionary<string, string> values, BrokerConfig broker)
    {
        foreach ((string session, string heartbeat) in Timeouts)
        {
            if ((values.ContainsKey(session) || values.ContainsKey(heartbeat)) && Effective(values, broker, session) <= Effective(values, broker, heartbeat))
            {
                return ConfigProblem.Config($"{session} must be greater than {heartbeat}");
            }
        }

        return null;
    }

    private static ConfigProblem? CheckNames(IReadOnlyDictionary<string, string> values, BrokerConfig broker)
    {
        if (values.TryGetValue("streams.assignor.name", out string? assignor) && !broker.Values.List("group.streams.assignors").Contains(assignor))
        {
            return ConfigProblem.Config($"streams.assignor.name {assignor} is not one of group.streams.assignors");
        }

        return values.TryGetValue("errors.deadletterqueue.topic.name", out string? topic) && topic.StartsWith("__", StringComparison.Ordinal)
            ? ConfigProblem.Config("errors.deadletterqueue.topic.name must not start with '__', which internal topics do")
            : null;
    }

    private static int Effective(IReadOnlyDictionary<string, string> values, BrokerConfig broker, string name) =>
        values.TryGetValue(name, out string? value)
            ? int.Parse(value, NumberStyles.Integer, CultureInfo.InvariantCulture)
            : broker.Values.Required<int>(GroupConfigs.Catalog[name].Synonyms[0].Name);
}
