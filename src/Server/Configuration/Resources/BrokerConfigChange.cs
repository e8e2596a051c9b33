using System.Collections.Frozen;
using System.Globalization;
using Compat.Log.Configuration;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Configuration.Resources;

/// <summary>
/// Checks the settings a broker, or all of them, would have beside what they started with (KIP-226). As in Apache
/// Kafka a name that no setting has is taken, because plugins bring settings of their own.
/// </summary>
internal static class BrokerConfigChange
{
    private const string ListenerPrefix = "listener.name.";

    // They protect a listener, so they are only ever changed for one.
    private static readonly FrozenSet<string> OnlyWithListener = FrozenSet.Create(
        StringComparer.Ordinal,
        "ssl.keystore.type", "ssl.keystore.location", "ssl.keystore.password", "ssl.key.password", "ssl.keystore.key",
        "ssl.keystore.certificate.chain", "ssl.truststore.type", "ssl.truststore.location", "ssl.truststore.password", "ssl.truststore.certificates");

    /// <summary>The problem with the settings, or null.</summary>
    /// <param name="isDefault">Whether they are for all brokers rather than for this one.</param>
    /// <param name="values">The dynamic settings as they would be.</param>
    /// <param name="current">The configuration now.</param>
    public static ConfigProblem? Check(bool isDefault, IReadOnlyDictionary<string, string> values, BrokerConfig current) =>
        CheckNames(isDefault, values.Keys)
        ?? CheckValues(() =>
        {
            foreach ((string name, string value) in values)
            {
                Parse(name, value);
            }

            BrokerConfig changed = isDefault ? current.WithDynamic(values, current.DynamicOwn) : current.WithDynamic(current.DynamicDefaults, values);
            CheckCleanerThreads(current.Cleaner.Threads, changed.Cleaner.Threads);
        });

    /// <summary>The problem with one setting, whatever else is set, or null.</summary>
    public static ConfigProblem? CheckAlone(bool isDefault, string name, string value) =>
        CheckNames(isDefault, [name]) ?? CheckValues(() => Parse(name, value));

    private static ConfigProblem? CheckNames(bool isDefault, IEnumerable<string> names) =>
        CheckNames("Cannot update these configs dynamically", names.Where(IsReadOnly))
        ?? CheckNames("These security configs can be dynamically updated only per-listener using the listener prefix", names.Where(OnlyWithListener.Contains))
        ?? CheckNames("Cannot update these configs at default cluster level, broker id must be specified", names.Where(name => isDefault && IsPerBroker(name)));

    private static ConfigProblem? CheckNames(string text, IEnumerable<string> names)
    {
        string list = string.Join(", ", names);
        return list.Length == 0 ? null : ConfigProblem.Request($"{text}: [{list}]");
    }

    private static ConfigProblem? CheckValues(Action parse)
    {
        try
        {
            parse();
            return null;
        }
        catch (ConfigException e)
        {
            return ConfigProblem.Request(e.Message);
        }
    }

    private static void Parse(string name, string value)
    {
        if (BrokerConfigs.Catalog.TryGet(StaticSettings.BaseNameOf(name), out ConfigDefinition? definition))
        {
            definition.Parse(value);
        }
    }

    // So that a slip of the hand does not start a hundred threads, nor end all of them.
    private static void CheckCleanerThreads(int now, int changed)
    {
        if (changed != now && (changed < 1 || changed < now / 2 || changed > now * 2))
        {
            throw new ConfigException(
                "log.cleaner.threads", changed.ToString(CultureInfo.InvariantCulture), $"must be at least 1 and between half and double the current value {now}");
        }
    }

    private static bool IsReadOnly(string name) =>
        BrokerConfigs.Catalog.TryGet(name, out ConfigDefinition? definition) && definition.UpdateMode == ConfigUpdateMode.ReadOnly;

    private static bool IsPerBroker(string name) =>
        BrokerConfigs.Catalog.TryGet(StaticSettings.BaseNameOf(name), out ConfigDefinition? definition)
        && (definition.UpdateMode == ConfigUpdateMode.PerBroker
            || (name.StartsWith(ListenerPrefix, StringComparison.Ordinal) && definition.Name is not ("max.connections" or "max.connection.creation.rate" or "num.network.threads")));
}
