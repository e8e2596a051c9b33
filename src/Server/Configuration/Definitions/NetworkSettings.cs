using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Where clients connect and how much they may ask for.</summary>
internal static class NetworkSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Listeners";

    /// <summary>
    /// The settings of the group. Apache Kafka can open and close listeners while it runs; here they are read-only, and say so.
    /// </summary>
    public static ConfigDefinition[] All() =>
    [
        List("listeners", "PLAINTEXT://:9092", ListOf(false, false), "Where to listen, as name://host:port, separated by commas. An empty host is every address, port 0 a free one; localhost means both loopback addresses."),
        List("advertised.listeners", null, ListOf(false, true), "The addresses clients are told to connect to, by listener name. A client of a listener that advertises none is told the address it dialled."),
        Text("listener.security.protocol.map", "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT", null, "The security protocol of each listener name, as NAME:PROTOCOL pairs. Only PLAINTEXT works so far."),
        Text("inter.broker.listener.name", null, null, "The listener other brokers would use. It must be one of the advertised listeners.").WithoutEffect(Reasons.OneBroker),
        Text("security.inter.broker.protocol", "PLAINTEXT", OneOf("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"), "The security protocol between brokers when inter.broker.listener.name does not name a listener.").WithoutEffect(Reasons.OneBroker),
        List("early.start.listeners", null, ListOf(true, true), "Listeners that open before authorization is ready.").WithoutEffect(Reasons.EarlyStart),
        Int("socket.send.buffer.bytes", "102400", null, "Send buffer of a connection in bytes; -1 leaves it to the operating system."),
        Int("socket.receive.buffer.bytes", "102400", null, "Receive buffer of a connection in bytes; -1 leaves it to the operating system."),
        Int("socket.request.max.bytes", "104857600", AtLeast(1), "Largest request in bytes. A connection that announces a larger one is closed."),
        Int("socket.listen.backlog.size", "50", AtLeast(1), "Number of connections that may wait to be accepted."),
        Int("max.connections", "2147483647", AtLeast(0), "Number of connections the broker keeps at a time; listener.name.{name}.max.connections limits one listener.").ClusterWide(),
        Int("max.connections.per.ip", "2147483647", AtLeast(0), "Number of connections one address may have at a time.").ClusterWide(),
        Text("max.connections.per.ip.overrides", "", null, "Other limits for single addresses, as address:count separated by commas.").ClusterWide(),
        Int("max.connection.creation.rate", "2147483647", AtLeast(0), "Number of new connections accepted a second.").ClusterWide().WithoutEffect(Reasons.ConnectionRate),
        Long("connections.max.idle.ms", "600000", null, "Time in milliseconds after which an idle connection is closed; -1 is never."),
        Int("connection.failed.authentication.delay.ms", "100", AtLeast(0), "Time in milliseconds by which the answer to a failed authentication is delayed.").WithoutEffect(Reasons.NoSecurity),
        Int("queued.max.requests", "500", AtLeast(1), "Number of requests that may wait for a handler before no more are read.").WithoutEffect(Reasons.NoQueue),
        Long("queued.max.request.bytes", "-1", null, "Bytes of requests that may wait for a handler before no more are read; -1 is no limit.").WithoutEffect(Reasons.NoQueue),
        Int("max.incremental.fetch.session.cache.slots", "1000", AtLeast(0), "Number of incremental fetch sessions the broker keeps (KIP-227)."),
        Int("fetch.max.bytes", "57671680", AtLeast(1024), "Largest answer to a fetch in bytes, whatever the client asks for."),
        Int("max.request.partition.size.limit", "2000", AtLeast(1), "Number of partitions one DescribeTopicPartitions answer may hold."),
        Int("fetch.purgatory.purge.interval.requests", "1000", null, "How often, in requests, Apache Kafka removes finished fetches from its waiting room.").WithoutEffect(Reasons.Purgatory),
        Int("producer.purgatory.purge.interval.requests", "1000", null, "How often, in requests, Apache Kafka removes finished produce requests from its waiting room.").WithoutEffect(Reasons.Purgatory),
        Int("delete.records.purgatory.purge.interval.requests", "1", null, "How often, in requests, Apache Kafka removes finished DeleteRecords requests from its waiting room.").WithoutEffect(Reasons.Purgatory),
    ];
}
