using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Limits on what clients and replication may use.</summary>
internal static class QuotaSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Quotas";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Int("quota.window.num", "11", AtLeast(1), "Number of samples kept for client quotas.").WithoutEffect(Reasons.NoQuotas),
        Int("quota.window.size.seconds", "1", AtLeast(1), "Time in seconds such a sample covers.").WithoutEffect(Reasons.NoQuotas),
        Int("controller.quota.window.num", "11", AtLeast(1), "Number of samples kept for quotas on changes of topics.").WithoutEffect(Reasons.NoQuotas),
        Int("controller.quota.window.size.seconds", "1", AtLeast(1), "Time in seconds such a sample covers.").WithoutEffect(Reasons.NoQuotas),
        Int("replication.quota.window.num", "11", AtLeast(1), "Number of samples kept for replication throttles."),
        Int("replication.quota.window.size.seconds", "1", AtLeast(1), "Time in seconds such a sample covers."),
        Int("alter.log.dirs.replication.quota.window.num", "11", AtLeast(1), "Number of samples kept for throttles on moves between log directories.").WithoutEffect(Reasons.NoQuotas),
        Int("alter.log.dirs.replication.quota.window.size.seconds", "1", AtLeast(1), "Time in seconds such a sample covers.").WithoutEffect(Reasons.NoQuotas),
        Class("client.quota.callback.class", null, "Class that decides the quota of a client.").OnlyDefault(Reasons.JavaPlugin),
        Long("leader.replication.throttled.rate", "9223372036854775807", AtLeast(0), "Bytes a second that leaders of throttled replicas send. Only set while the broker runs.").ClusterWide().DynamicOnly(),
        Long("follower.replication.throttled.rate", "9223372036854775807", AtLeast(0), "Bytes a second that followers of throttled replicas fetch. Only set while the broker runs.").ClusterWide().DynamicOnly(),
        Long("replica.alter.log.dirs.io.max.bytes.per.second", "9223372036854775807", AtLeast(0), "Bytes a second that moves between log directories copy. Only set while the broker runs.").ClusterWide().DynamicOnly().WithoutEffect(Reasons.NoQuotas),
    ];
}
