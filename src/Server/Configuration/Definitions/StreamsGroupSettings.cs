using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Groups of Kafka Streams applications.</summary>
internal static class StreamsGroupSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Streams groups";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Int("group.streams.session.timeout.ms", "45000", AtLeast(1), "Time in milliseconds without a heartbeat after which a member counts as gone.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.min.session.timeout.ms", "45000", AtLeast(1), "Shortest session timeout in milliseconds a group may set.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.max.session.timeout.ms", "60000", AtLeast(1), "Longest session timeout in milliseconds a group may set.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.heartbeat.interval.ms", "5000", AtLeast(1), "Time in milliseconds between two heartbeats of a member.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.min.heartbeat.interval.ms", "5000", AtLeast(1), "Shortest heartbeat interval in milliseconds a group may set.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.max.heartbeat.interval.ms", "15000", AtLeast(1), "Longest heartbeat interval in milliseconds a group may set.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.max.size", "2147483647", AtLeast(1), "Number of members a group may have.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.num.standby.replicas", "0", AtLeast(0), "Number of standby copies of each task.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.max.standby.replicas", "2", AtLeast(0), "Highest number of standby copies a group may set.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.initial.rebalance.delay.ms", "3000", AtLeast(0), "Time in milliseconds a new group waits for more members.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.assignment.interval.ms", "1000", AtLeast(0), "Time in milliseconds between two assignments of a group.").ClusterWide().WithoutEffect(Reasons.NoStreams),
        Int("group.streams.min.assignment.interval.ms", "0", AtLeast(0), "Shortest assignment interval in milliseconds a group may set.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.max.assignment.interval.ms", "15000", AtLeast(0), "Longest assignment interval in milliseconds a group may set.").WithoutEffect(Reasons.NoStreams),
        List("group.streams.assignors", "sticky", ListOf(false, false), "Task assignors the broker offers, the default first.").WithoutEffect(Reasons.NoStreams),
        Bool("group.streams.assignor.offload.enable", "true", "Whether assignments are computed in the background.").ClusterWide().WithoutEffect(Reasons.NoStreams),
        Int("group.streams.task.offset.interval.ms", "60000", AtLeast(1), "Time in milliseconds between two reports of task offsets.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.min.task.offset.interval.ms", "15000", AtLeast(1), "Shortest report interval in milliseconds a group may set.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.num.warmup.replicas", "2", AtLeast(0), "Number of tasks that may warm up at a time.").WithoutEffect(Reasons.NoStreams),
        Int("group.streams.max.warmup.replicas", "20", AtLeast(0), "Highest number of warming tasks a group may set.").WithoutEffect(Reasons.NoStreams),
        List("group.streams.rack.aware.assignment.tags", "", ListOf(true, false), "Client tags by which standby copies are spread.").WithoutEffect(Reasons.NoStreams),
        Class("group.streams.topology.description.plugin.class", null, "Class that stores descriptions of topologies.").WithoutEffect(Reasons.NoStreams),
        Long("group.streams.acceptable.recovery.lag", "10000", AtLeast(0), "Number of offsets a client may be behind and still get an active task.").WithoutEffect(Reasons.NoStreams),
    ];
}
