namespace Compat.Cluster.Tests.Compose;

/// <summary>A service of a compose file: the name by which others reach it, its environment, and the ports that the host forwards to it.</summary>
/// <param name="Name">The service's name, which is its host name.</param>
/// <param name="PublishedPort">The host's port that leads to <see cref="InnerPort"/>; null if none does.</param>
/// <param name="Environment">The environment as the file has it.</param>
internal sealed record ComposeService(string Name, int? PublishedPort, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The port of the container that is published.</summary>
    public const int InnerPort = 9092;

    /// <summary>What the service is to do with the cluster.</summary>
    public bool IsBroker => Environment["KAFKA_PROCESS_ROLES"].Contains("broker", StringComparison.Ordinal);
}

/// <summary>The examples of Apache Kafka for its image (docker/examples), without TLS and SASL, as their environments are.</summary>
internal static class ComposeExamples
{
    private const string ClusterId = "4L6g3nShT-eMCtK--X86sw";
    private const string ProtocolMap = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT";

    /// <summary>single-node/plaintext: broker and controller in one.</summary>
    public static IReadOnlyList<ComposeService> SingleNode { get; } =
    [
        new("broker", 9092, With(
            ("KAFKA_NODE_ID", "1"),
            ("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", ProtocolMap),
            ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT_HOST://localhost:9092,PLAINTEXT://broker:19092"),
            ("KAFKA_PROCESS_ROLES", "broker,controller"),
            ("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@broker:29093"),
            ("KAFKA_LISTENERS", "CONTROLLER://:29093,PLAINTEXT_HOST://:9092,PLAINTEXT://:19092"),
            ("KAFKA_INTER_BROKER_LISTENER_NAME", "PLAINTEXT"),
            ("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"))),
    ];

    /// <summary>cluster/combined/plaintext: three brokers that are controllers too.</summary>
    public static IReadOnlyList<ComposeService> Combined { get; } =
    [
        .. Enumerable.Range(1, 3).Select(id => new ComposeService($"kafka-{id}", PublishedPort(id), With(
            ("KAFKA_NODE_ID", $"{id}"),
            ("KAFKA_PROCESS_ROLES", "broker,controller"),
            ("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", ProtocolMap),
            ("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093"),
            ("KAFKA_LISTENERS", "PLAINTEXT://:19092,CONTROLLER://:9093,PLAINTEXT_HOST://:9092"),
            ("KAFKA_INTER_BROKER_LISTENER_NAME", "PLAINTEXT"),
            ("KAFKA_ADVERTISED_LISTENERS", $"PLAINTEXT://kafka-{id}:19092,PLAINTEXT_HOST://localhost:{PublishedPort(id)}"),
            ("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")))),
    ];

    /// <summary>cluster/isolated/plaintext: three controllers and three brokers.</summary>
    public static IReadOnlyList<ComposeService> Isolated { get; } =
    [
        .. Enumerable.Range(1, 3).Select(id => new ComposeService($"controller-{id}", null, With(
            ("KAFKA_NODE_ID", $"{id}"),
            ("KAFKA_PROCESS_ROLES", "controller"),
            ("KAFKA_CONTROLLER_QUORUM_VOTERS", IsolatedVoters),
            ("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
            ("KAFKA_LISTENERS", "CONTROLLER://:9093")))),
        .. Enumerable.Range(1, 3).Select(id => new ComposeService($"kafka-{id}", PublishedPort(id), With(
            ("KAFKA_NODE_ID", $"{id + 3}"),
            ("KAFKA_PROCESS_ROLES", "broker"),
            ("KAFKA_CONTROLLER_QUORUM_VOTERS", IsolatedVoters),
            ("KAFKA_LISTENERS", "PLAINTEXT://:19092,PLAINTEXT_HOST://:9092"),
            ("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", ProtocolMap),
            ("KAFKA_INTER_BROKER_LISTENER_NAME", "PLAINTEXT"),
            ("KAFKA_ADVERTISED_LISTENERS", $"PLAINTEXT://kafka-{id}:19092,PLAINTEXT_HOST://localhost:{PublishedPort(id)}"),
            ("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")))),
    ];

    private static string IsolatedVoters => "1@controller-1:9093,2@controller-2:9093,3@controller-3:9093";

    private static int PublishedPort(int id) => 19092 + (10_000 * id);

    // What all services of all examples have.
    private static Dictionary<string, string> With(params (string Name, string Value)[] own) => own.Concat(
    [
        ("CLUSTER_ID", ClusterId),
        ("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
        ("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"),
        ("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
        ("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
        ("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "1"),
        ("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR", "1"),
        ("KAFKA_LOG_DIRS", "/tmp/kraft-combined-logs"),
    ]).ToDictionary(variable => variable.Item1, variable => variable.Item2);
}
