using Compat.Log.Configuration;
using Compat.Server.Configuration.Definitions;

namespace Compat.Server.Configuration;

/// <summary>The broker settings of Kafka 4.4 and the few of our own.</summary>
public static class BrokerConfigs
{
    /// <summary>Groups of settings with their headings, in the order of the documentation.</summary>
    public static IReadOnlyList<(string Title, IReadOnlyList<ConfigDefinition> Definitions)> Groups { get; } =
    [
        (GeneralSettings.Title, GeneralSettings.All()),
        (NetworkSettings.Title, NetworkSettings.All()),
        (LogSettings.Title, LogSettings.All()),
        (GroupSettings.Title, GroupSettings.All()),
        (TransactionSettings.Title, TransactionSettings.All()),
        (QuorumSettings.Title, QuorumSettings.All()),
        (ReplicationSettings.Title, ReplicationSettings.All()),
        (OwnSettings.Title, OwnSettings.All()),
        (MetricsSettings.Title, MetricsSettings.All()),
        (QuotaSettings.Title, QuotaSettings.All()),
        (SecuritySettings.Title, SecuritySettings.All()),
        (SaslSettings.Title, SaslSettings.All()),
        (ShareGroupSettings.Title, ShareGroupSettings.All()),
        (StreamsGroupSettings.Title, StreamsGroupSettings.All()),
        (RemoteStorageSettings.Title, RemoteStorageSettings.All()),
    ];

    /// <summary>All of them.</summary>
    public static ConfigCatalog Catalog { get; } = new(Groups.SelectMany(group => group.Definitions));

    /// <summary>
    /// The settings that stand for the same thing in other units, the strongest first, for example
    /// <c>log.retention.ms</c>, <c>log.retention.minutes</c>, <c>log.retention.hours</c>; otherwise just the name.
    /// </summary>
    public static IReadOnlyList<string> SynonymsOf(string name) => name switch
    {
        "log.roll.ms" or "log.roll.hours" => RollSynonyms,
        "log.roll.jitter.ms" or "log.roll.jitter.hours" => RollJitterSynonyms,
        "log.retention.ms" or "log.retention.minutes" or "log.retention.hours" => RetentionSynonyms,
        // The scheduler's interval is the default of the flush interval, but not the reverse.
        "log.flush.interval.ms" => FlushSynonyms,
        _ => [name],
    };

    private static string[] RollSynonyms { get; } = ["log.roll.ms", "log.roll.hours"];

    private static string[] RollJitterSynonyms { get; } = ["log.roll.jitter.ms", "log.roll.jitter.hours"];

    private static string[] RetentionSynonyms { get; } = ["log.retention.ms", "log.retention.minutes", "log.retention.hours"];

    private static string[] FlushSynonyms { get; } = ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"];
}
