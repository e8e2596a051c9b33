namespace Compat.Server.Configuration.Sources;

/// <summary>
/// The one place where a value differs from Kafka's default when nobody sets it, so that a broker without any
/// configuration is a ready single node. DescribeConfigs shows these as static broker settings over Kafka's defaults.
/// </summary>
public static class BrokerDefaults
{
    private const string SingleNode = "there is no other node";

    private static readonly (string Name, string Value, string Reason)[] MetricsOnLoopback =
        [("metrics.host", "localhost", "outside of a container only this machine should reach it; inside, only the container's network can")];

    /// <summary>True for a default that only holds as long as there is no other node.</summary>
    public static bool IsForSingleNode(string reason) => reason == SingleNode;

    /// <summary>The differing defaults with their reasons.</summary>
    public static IReadOnlyList<(string Name, string Value, string Reason)> On(HostProfile host) =>
    [
        ("node.id", "1", "Kafka has no default, and every node needs one"),
        ("process.roles", "broker,controller", "Kafka has no default; a single node is both"),
        ("controller.listener.names", "CONTROLLER", "Kafka has no default; the name users give by custom"),
        ("listeners", host.IsContainer ? "PLAINTEXT://:9092" : "PLAINTEXT://localhost:9092",
            "outside of a container only this machine should reach an unprotected broker; inside, only the container's network can"),
        ("log.dir", host.DataDirectory, "Kafka's /tmp/kafka-logs does not survive a restart of the machine"),
        ("offsets.topic.replication.factor", "1", SingleNode),
        ("transaction.state.log.replication.factor", "1", SingleNode),
        ("transaction.state.log.min.isr", "1", SingleNode),
        ("share.coordinator.state.topic.replication.factor", "1", SingleNode),
        ("share.coordinator.state.topic.min.isr", "1", SingleNode),
        ("group.initial.rebalance.delay.ms", "0", "a developer's consumer should not wait 3 s for others that will not come"),
        ("socket.send.buffer.bytes", "-1", "the operating system sizes it as the client reads; with Kafka's 100 KiB a fetch of a megabyte is sent in ten pieces"),
        ("socket.receive.buffer.bytes", "-1", "the operating system sizes it as the broker reads; with Kafka's 100 KiB a produced megabyte comes in ten pieces, with a wait for each"),
        .. host.IsContainer ? [] : MetricsOnLoopback,
    ];
}
