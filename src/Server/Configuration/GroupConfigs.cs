using Compat.Log.Configuration;
using Compat.Server.Configuration.Definitions;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration;

/// <summary>The settings a group may have of its own (KIP-848, KIP-932, KIP-1071), with the broker settings behind them.</summary>
public static class GroupConfigs
{
    /// <summary>All of them.</summary>
    public static ConfigCatalog Catalog { get; } = new([.. Consumer(), .. Share(), .. Streams()]);

    private static ConfigRule OffsetReset => new("[latest, earliest, by_duration:PnDTnHnMn.nS]", value =>
        value is "latest" or "earliest" || (value is string text && IsoDuration.IsNotNegative(text, "by_duration:"))
            ? null
            : "The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'");

    /// <summary>The broker setting of the same type, default and least value that holds for groups that do not set this one.</summary>
    private static ConfigDefinition From(ConfigDefinition[] broker, string name, string brokerName, ConfigRule? rule)
    {
        ConfigDefinition definition = broker.First(definition => definition.Name == brokerName);
        return definition with
        {
            Name = name,
            Rule = rule,
            UpdateMode = ConfigUpdateMode.ClusterWide,
            Synonyms = [new ConfigSynonym(brokerName)],
        };
    }

    private static ConfigDefinition[] Consumer()
    {
        ConfigDefinition[] broker = GroupSettings.All();
        return
        [
            From(broker, "consumer.session.timeout.ms", "group.consumer.session.timeout.ms", AtLeast(1)),
            From(broker, "consumer.heartbeat.interval.ms", "group.consumer.heartbeat.interval.ms", AtLeast(1)),
            From(broker, "consumer.assignment.interval.ms", "group.consumer.assignment.interval.ms", AtLeast(0)),
            From(broker, "consumer.assignor.offload.enable", "group.consumer.assignor.offload.enable", null),
        ];
    }

    private static ConfigDefinition[] Share()
    {
        ConfigDefinition[] broker = ShareGroupSettings.All();
        return
        [
            From(broker, "share.session.timeout.ms", "group.share.session.timeout.ms", AtLeast(1)),
            From(broker, "share.heartbeat.interval.ms", "group.share.heartbeat.interval.ms", AtLeast(1)),
            From(broker, "share.record.lock.duration.ms", "group.share.record.lock.duration.ms", AtLeast(1000)),
            From(broker, "share.delivery.count.limit", "group.share.delivery.count.limit", AtLeast(2)),
            From(broker, "share.partition.max.record.locks", "group.share.partition.max.record.locks", AtLeast(100)),
            From(broker, "share.assignment.interval.ms", "group.share.assignment.interval.ms", AtLeast(0)),
            From(broker, "share.assignor.offload.enable", "group.share.assignor.offload.enable", null),
            Text("share.auto.offset.reset", "latest", OffsetReset, "Where a share group begins in a partition it reads for the first time.").WithoutEffect(Reasons.NoShare),
            Text("share.isolation.level", "read_uncommitted", OneOf("read_committed", "read_uncommitted"), "Whether a share group gets records of aborted transactions.").WithoutEffect(Reasons.NoShare),
            Bool("share.renew.acknowledge.enable", "true", "Whether members may renew the lock of a record.").WithoutEffect(Reasons.NoShare),
            Text("errors.deadletterqueue.topic.name", "", null, "The topic a share group writes undeliverable records to; empty is none.").WithoutEffect(Reasons.NoShare),
            Bool("errors.deadletterqueue.copy.record.enable", "false", "Whether the record itself is written there, or only what is known about it.").WithoutEffect(Reasons.NoShare),
        ];
    }

    private static ConfigDefinition[] Streams()
    {
        ConfigDefinition[] broker = StreamsGroupSettings.All();
        return
        [
            From(broker, "streams.session.timeout.ms", "group.streams.session.timeout.ms", AtLeast(1)),
            From(broker, "streams.heartbeat.interval.ms", "group.streams.heartbeat.interval.ms", AtLeast(1)),
            From(broker, "streams.num.standby.replicas", "group.streams.num.standby.replicas", AtLeast(0)),
            From(broker, "streams.initial.rebalance.delay.ms", "group.streams.initial.rebalance.delay.ms", AtLeast(0)),
            From(broker, "streams.assignment.interval.ms", "group.streams.assignment.interval.ms", AtLeast(0)),
            From(broker, "streams.assignor.offload.enable", "group.streams.assignor.offload.enable", null),
            From(broker, "streams.task.offset.interval.ms", "group.streams.task.offset.interval.ms", AtLeast(1)),
            From(broker, "streams.num.warmup.replicas", "group.streams.num.warmup.replicas", AtLeast(0)),
            From(broker, "streams.rack.aware.assignment.tags", "group.streams.rack.aware.assignment.tags", ListOf(true, false)),
            From(broker, "streams.acceptable.recovery.lag", "group.streams.acceptable.recovery.lag", AtLeast(0)),
            Text("streams.assignor.name", null, null, "The task assignor of the group, one of group.streams.assignors; the first of those when not set.").WithoutEffect(Reasons.NoStreams),
        ];
    }
}
