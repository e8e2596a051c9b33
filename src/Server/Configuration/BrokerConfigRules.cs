using System.Globalization;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration;

/// <summary>What has to hold between settings, as Apache Kafka demands it at start and of every dynamic change.</summary>
internal static class BrokerConfigRules
{
    private const long MinDedupeBytesPerThread = 1024 * 1024;

    // Each is at most the next.
    private static readonly string[][] Ascending =
    [
        ["replica.fetch.wait.max.ms", "replica.socket.timeout.ms"],
        ["replica.fetch.wait.max.ms", "replica.lag.time.max.ms"],
        ["log.cleaner.min.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"],
        ["group.consumer.min.heartbeat.interval.ms", "group.consumer.heartbeat.interval.ms", "group.consumer.max.heartbeat.interval.ms"],
        ["group.consumer.min.session.timeout.ms", "group.consumer.session.timeout.ms", "group.consumer.max.session.timeout.ms"],
        ["group.consumer.min.assignment.interval.ms", "group.consumer.assignment.interval.ms", "group.consumer.max.assignment.interval.ms"],
        ["group.share.min.heartbeat.interval.ms", "group.share.heartbeat.interval.ms", "group.share.max.heartbeat.interval.ms"],
        ["group.share.min.session.timeout.ms", "group.share.session.timeout.ms", "group.share.max.session.timeout.ms"],
        ["group.share.min.assignment.interval.ms", "group.share.assignment.interval.ms", "group.share.max.assignment.interval.ms"],
        ["group.share.min.delivery.count.limit", "group.share.delivery.count.limit", "group.share.max.delivery.count.limit"],
        ["group.share.min.partition.max.record.locks", "group.share.partition.max.record.locks", "group.share.max.partition.max.record.locks"],
        ["group.share.min.record.lock.duration.ms", "group.share.record.lock.duration.ms", "group.share.max.record.lock.duration.ms"],
        ["group.share.max.size", "group.share.max.share.sessions"],
        ["group.streams.min.heartbeat.interval.ms", "group.streams.heartbeat.interval.ms", "group.streams.max.heartbeat.interval.ms"],
        ["group.streams.min.session.timeout.ms", "group.streams.session.timeout.ms", "group.streams.max.session.timeout.ms"],
        ["group.streams.min.assignment.interval.ms", "group.streams.assignment.interval.ms", "group.streams.max.assignment.interval.ms"],
        ["group.streams.num.standby.replicas", "group.streams.max.standby.replicas"],
        ["group.streams.min.task.offset.interval.ms", "group.streams.task.offset.interval.ms"],
        ["group.streams.num.warmup.replicas", "group.streams.max.warmup.replicas"],
    ];

    // The first is less than the second.
    private static readonly string[][] StrictlyAscending =
    [
        ["group.consumer.heartbeat.interval.ms", "group.consumer.session.timeout.ms"],
        ["group.share.heartbeat.interval.ms", "group.share.session.timeout.ms"],
        ["group.streams.heartbeat.interval.ms", "group.streams.session.timeout.ms"],
    ];

    /// <summary>Checks everything.</summary>
    /// <exception cref="ConfigException">Something does not hold.</exception>
    public static void Check(ConfigValues values)
    {
        foreach (string[] names in Ascending)
        {
            for (int i = 1; i < names.Length; i++)
            {
                Require(Number(values, names[i - 1]) <= Number(values, names[i]), values, names[i - 1], $"must be less than or equal to {names[i]} ({values.Text(names[i])})");
            }
        }

        foreach (string[] names in StrictlyAscending)
        {
            Require(Number(values, names[0]) < Number(values, names[1]), values, names[0], $"must be less than {names[1]} ({values.Text(names[1])})");
        }

        CheckLogs(values);
        CheckConnections(values);
        CheckGroups(values);
    }

    private static void CheckLogs(ConfigValues values)
    {
        if (values.Optional<long?>("log.retention.ms") is { } retentionMs)
        {
            Require(retentionMs is -1 or >= 1, values, "log.retention.ms", "must be -1 (no limit) or at least 1");
        }

        foreach (string name in new[] { "log.retention.minutes", "log.retention.hours" })
        {
            Require(values.Optional<int?>(name) is null or not 0, values, name, "must be negative (no limit) or at least 1");
        }

        Require(values.Optional<long?>("log.roll.ms") is null or >= 1, values, "log.roll.ms", "must be at least 1");
        Require(values.Optional<long?>("log.roll.jitter.ms") is null or >= 0, values, "log.roll.jitter.ms", "must be at least 0");
        long threads = Math.Max(1, values.Required<int>("log.cleaner.threads"));
        Require(values.Required<long>("log.cleaner.dedupe.buffer.size") / threads > MinDedupeBytesPerThread, values, "log.cleaner.dedupe.buffer.size",
            "must be more than 1 MiB for each of log.cleaner.threads");
    }

    private static void CheckConnections(ConfigValues values)
    {
        long queuedBytes = values.Required<long>("queued.max.request.bytes");
        Require(queuedBytes <= 0 || queuedBytes >= values.Required<int>("socket.request.max.bytes"), values, "queued.max.request.bytes",
            "must be at least socket.request.max.bytes");
        Require(values.Required<int>("max.connections.per.ip") > 0 || values.Required<string>("max.connections.per.ip.overrides").Length > 0,
            values, "max.connections.per.ip", "can be 0 only if max.connections.per.ip.overrides is set");
        long maxIdleMs = values.Required<long>("connections.max.idle.ms");
        Require(maxIdleMs < 0 || values.Required<int>("connection.failed.authentication.delay.ms") < maxIdleMs, values,
            "connection.failed.authentication.delay.ms", "must be less than connections.max.idle.ms");
    }

    private static void CheckGroups(ConfigValues values)
    {
        Require(values.List("group.coordinator.rebalance.protocols").Contains("classic"), values, "group.coordinator.rebalance.protocols", "the classic protocol cannot be left out");
        Require(values.List("group.share.assignors").Length == 1, values, "group.share.assignors", "must name exactly one assignor");
        Require(values.Required<int>("offsets.topic.compression.codec") is >= 0 and <= 4, values, "offsets.topic.compression.codec", "must be the number of a codec, 0 to 4");
    }

    private static double Number(ConfigValues values, string name) =>
        System.Convert.ToDouble(values.Required<object>(name), CultureInfo.InvariantCulture);

    private static void Require(bool holds, ConfigValues values, string name, string problem)
    {
        if (!holds)
        {
            throw new ConfigException(name, values.Text(name), problem);
        }
    }
}
