using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests.Drivers;

/// <summary>The clients that every compatibility test runs over, and the one table of what each cannot do.</summary>
internal static class ClientKinds
{
    private const string Python = "/usr/bin/python3";

    public static ClientKind Dotnet { get; } = new("dotnet", "Confluent.Kafka on librdkafka " + NativeLibrdkafka.ExpectedVersion)
    {
        CommandAsync = () => Command("dotnet", Path.Combine(Paths.Output, "Compat.DotnetClient.dll")),
        Strategies = ["range", "roundrobin", "cooperative-sticky"],
        StaticMembers = true,
    };

    public static ClientKind ConfluentPython { get; } = new("confluent-python", "confluent-kafka ")
    {
        CommandAsync = () => Command(Python, Path.Combine(Paths.Drivers, "python", "drive_confluent.py")),
        Strategies = ["range", "roundrobin", "cooperative-sticky"],
        StaticMembers = true,
        AdminCalls = AdminTable(
            "createTopics create_topics", "deleteTopics delete_topics", "createPartitions create_partitions", "listTopics list_topics",
            "describeTopic list_topics", "describeConfigs describe_configs", "alterConfigs alter_configs", "listGroups list_groups",
            "describeGroup list_groups"),
    };

    public static ClientKind KafkaPython { get; } = new("kafka-python", "kafka-python ")
    {
        CommandAsync = () => Command(Python, Path.Combine(Paths.Drivers, "python", "drive_kafka_python.py")),
        Strategies = ["range", "roundrobin", "sticky"],
        Idempotent = false,
        NullHeaders = false,
        AdminCalls = AdminTable(
            "createTopics create_topics", "deleteTopics delete_topics", "createPartitions create_partitions", "listTopics list_topics",
            "describeTopic describe_topics", "describeCluster describe_cluster", "describeConfigs describe_configs",
            "alterConfigs alter_configs", "listGroups list_consumer_groups", "describeGroup describe_consumer_groups",
            "groupOffsets list_consumer_group_offsets", "deleteGroups delete_consumer_groups", "createAcls create_acls",
            "describeAcls describe_acls", "deleteAcls delete_acls", "close close"),
    };

    public static ClientKind Kcat { get; } = new("kcat", "kcat 1.7")
    {
        CommandAsync = () => Command(Python, Path.Combine(Paths.Drivers, "python", "drive_kcat.py")),
        Strategies = ["range", "roundrobin", "cooperative-sticky"],
        StaticMembers = true,
        ReportsDeliveries = false,
        SetsTimestamps = false,
        CommitsOnDemand = false,
        AdminCalls = AdminTable("listTopics -L", "describeTopic -L", "describeCluster -L", "offsetsForTime -Q"),
    };

    public static ClientKind KafkaJs { get; } = new("kafkajs", "kafkajs 2.2.4")
    {
        CommandAsync = () => Command("node", Path.Combine(Paths.Drivers, "js", "drive.js")),
        Strategies = ["roundrobin"],
        NullHeaders = false,
        AdminCalls = AdminTable(
            "createTopics createTopics", "deleteTopics deleteTopics", "createPartitions createPartitions", "listTopics listTopics",
            "describeTopic fetchTopicMetadata", "describeCluster describeCluster", "describeConfigs describeConfigs",
            "alterConfigs alterConfigs", "listGroups listGroups", "describeGroup describeGroups", "groupOffsets fetchOffsets",
            "setOffsets setOffsets", "resetOffsets resetOffsets", "topicOffsets fetchTopicOffsets",
            "offsetsForTime fetchTopicOffsetsByTimestamp", "deleteRecords deleteTopicRecords", "deleteGroups deleteGroups",
            "createAcls createAcls", "describeAcls describeAcls", "deleteAcls deleteAcls",
            "alterReassignments alterPartitionReassignments", "listReassignments listPartitionReassignments"),
        LocalAdminMethods = ["connect", "disconnect", "logger", "on"],
    };

    public static ClientKind Sarama { get; } = new("sarama", "sarama for Kafka ")
    {
        CommandAsync = GoDriver.CommandAsync,
        // It sends zstd in versions of Produce and Fetch that are older than zstd, and no broker takes that.
        Codecs = ["none", "gzip", "snappy", "lz4"],
        UnreadableCodecs = ["zstd"],
        OutdatedAdminCalls = ["listTopics", "describeConfigs"],
        NoticesNewPartitions = false,
        AdminCalls = AdminTable(
            "createTopics CreateTopic", "deleteTopics DeleteTopic", "createPartitions CreatePartitions", "listTopics ListTopics",
            "describeTopic DescribeTopics", "describeCluster DescribeCluster", "describeConfigs DescribeConfig",
            "alterConfigs AlterConfig", "deleteRecords DeleteRecords", "listGroups ListConsumerGroups",
            "describeGroup DescribeConsumerGroups", "groupOffsets ListConsumerGroupOffsets", "createAcls CreateACL",
            "describeAcls ListAcls", "deleteAcls DeleteACL", "close Close"),
    };

    public static IReadOnlyList<ClientKind> List { get; } = [Dotnet, ConfluentPython, KafkaPython, Kcat, KafkaJs, Sarama];

    public static TheoryData<string> All => Rows(List);

    public static TheoryData<string> Those(Func<ClientKind, bool> can) => Rows(List.Where(can));

    public static ClientKind Named(string name) => List.Single(kind => kind.Name == name);

    private static TheoryData<string> Rows(IEnumerable<ClientKind> kinds) =>
        [.. kinds.Select(kind => new TheoryDataRow<string>(kind.Name) { Traits = { ["client"] = [kind.Name] } })];

    private static Task<(string File, string[] Arguments)?> Command(string file, params string[] arguments) =>
        Task.FromResult<(string, string[])?>((file, arguments));

    private static Dictionary<string, string> AdminTable(params string[] rows) =>
        rows.Select(row => row.Split(' ')).ToDictionary(words => words[0], words => words[1]);
}
