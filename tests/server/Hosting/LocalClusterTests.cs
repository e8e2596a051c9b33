using System.Net;
using System.Net.Sockets;
using Compat.Log.Storage;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Hosting;

/// <summary>A cluster in one process: what each broker of it is told, and the process as a user starts it.</summary>
public sealed class LocalClusterTests : IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Node_ids_ports_and_directories_follow_each_other()
    {
        IReadOnlyList<BrokerConfig> brokers = Configure(3);

        Assert.Equal([1, 2, 3], brokers.Select(broker => broker.Node.NodeId));
        Assert.Equal([9092, 9093, 9094], brokers.Select(broker => broker.Listeners.Listeners.Single().Port));
        Assert.Equal([9095, 9096, 9097], brokers.Select(broker => broker.Listeners.ControllerListeners.Single().Port));
        Assert.Equal(["/data/1", "/data/2", "/data/3"], brokers.Select(broker => broker.Storage.LogDirs.Single()));
        Assert.All(brokers, broker => Assert.Equal([(1, "localhost", 9095), (2, "localhost", 9096), (3, "localhost", 9097)], broker.Quorum.Voters));
        Assert.Single(brokers.Select(broker => broker.Node.ClusterId).Distinct());
        Assert.All(brokers, broker => Assert.Equal(3, broker.Groups.OffsetsTopicReplicationFactor));
    }

    [Fact]
    public void Three_of_many_are_controllers_and_one_of_two()
    {
        Assert.Equal([true, true, true, false, false], Configure(5).Select(broker => broker.Node.IsController));
        IReadOnlyList<BrokerConfig> two = Configure(2);
        Assert.Equal([true, false], two.Select(broker => broker.Node.IsController));
        Assert.All(two, broker => Assert.Equal(2, broker.Groups.OffsetsTopicReplicationFactor));
    }

    [Fact]
    public void What_is_configured_holds_for_all_and_is_moved_where_two_cannot_have_it()
    {
        IReadOnlyList<BrokerConfig> brokers = Configure(
            3,
            "node.id=7",
            "cluster.id=AAAAAAAAAAEAAAAAAAAAAg",
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,IN:PLAINTEXT,OUT:PLAINTEXT",
            "listeners=IN://:9092,OUT://:19092,CONTROLLER://127.0.0.1:29093",
            "controller.listener.names=CONTROLLER",
            "inter.broker.listener.name=IN",
            "advertised.listeners=IN://inside:9092,OUT://outside:39092",
            "metrics.port=9404",
            "num.partitions=4",
            "offsets.topic.replication.factor=1");

        Assert.Equal([7, 8, 9], brokers.Select(broker => broker.Node.NodeId));
        Assert.All(brokers, broker => Assert.Equal("AAAAAAAAAAEAAAAAAAAAAg", broker.Node.ClusterId));
        Assert.Equal([19092, 19093, 19094], brokers.Select(broker => broker.Listeners.Listeners[1].Port));
        Assert.Equal([39092, 39093, 39094], brokers.Select(broker => broker.Listeners.Advertised["OUT"].Port));
        Assert.All(brokers, broker => Assert.Equal([(7, "127.0.0.1", 29093), (8, "127.0.0.1", 29094), (9, "127.0.0.1", 29095)], broker.Quorum.Voters));
        Assert.Equal([9404, 9405, 9406], brokers.Select(broker => broker.Metrics.Port!.Value));
        Assert.All(brokers, broker => Assert.Equal((4, 1), (broker.Topics.NumPartitions, broker.Groups.OffsetsTopicReplicationFactor)));
    }

    [Fact]
    public void A_node_among_others_is_no_cluster_of_its_own()
    {
        BrokerStartException refused = Assert.Throws<BrokerStartException>(() => Configure(
            3, "controller.quorum.voters=1@localhost:9093", "listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093"));
        Assert.Contains("controller.quorum.voters", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_runs_says_a_line_for_each_and_is_the_same_cluster_after_a_restart()
    {
        string[] arguments = ["--brokers", "3", "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", $"log.dirs={_directory.Path}/data"];
        string cluster;
        using (ServerProcess process = await StartAsync(arguments))
        {
            Assert.Equal([1, 2, 3], ReadyLines(process).Select(line => NodeOf(line)).Order());
            Assert.All(ReadyLines(process), line => Assert.Matches(@"as node \d, broker and controller, voters 1, 2, 3, led by \d in epoch \d+", line));
            using SocketClient client = await ConnectAsync(process.Port);
            await CreateAsync(client);
            MetadataResponse metadata = await DescribeAsync(client);
            Assert.Equal([1, 2, 3], metadata.Brokers.Select(broker => broker.NodeId).Order());
            Assert.Equal([1, 2, 3], metadata.Topics.Single().Partitions.Single().ReplicaNodes.Order());
            cluster = metadata.ClusterId!;
            await process.SignalAsync("TERM");
            Assert.Equal(0, await process.ExitAsync(StopLimit));
        }

        using ServerProcess again = await StartAsync(arguments);
        using SocketClient reader = await ConnectAsync(again.Port);
        MetadataResponse after = await DescribeAsync(reader);
        Assert.Equal(cluster, after.ClusterId);
        Assert.Equal("t", Assert.Single(after.Topics).Name);
        Assert.Equal(["1", "2", "3"], Directory.GetDirectories(Path.Combine(_directory.Path, "data")).Select(Path.GetFileName).Order());
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<ServerProcess> StartAsync(string[] arguments)
    {
        ServerProcess process = await ServerProcess.StartReadyAsync(arguments);
        await process.UntilAsync(() => ReadyLines(process).Length == 3, "line of each broker");
        return process;
    }

    private static string[] ReadyLines(ServerProcess process) =>
        [.. process.Output.Where(line => line.Contains(" is ready on ", StringComparison.Ordinal))];

    private static async Task<SocketClient> ConnectAsync(int port)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return new SocketClient(connection);
    }

    private static int NodeOf(string line) => line[line.IndexOf("as node ", StringComparison.Ordinal) + "as node ".Length] - '0';

    private static async Task CreateAsync(SocketClient client)
    {
        var request = new CreateTopicsRequest { TimeoutMs = 10_000, Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 3 }] };
        CreateTopicsResponse created = await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(request, 7);
        Assert.Equal(ErrorCode.None, created.Topics.Single().ErrorCode);
    }

    // A node answers from its own image, which may be a moment behind the controller's that made the topic.
    private static async Task<MetadataResponse> DescribeAsync(SocketClient client)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            MetadataResponse answer = await client.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = null }, 9);
            if (answer.Topics.Count > 0)
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < StopLimit, "the topic did not reach the node's image");
        }
    }

    private static IReadOnlyList<BrokerConfig> Configure(int brokers, params string[] overrides) => LocalCluster.Configure(
        new ConfigInputs { Host = new HostProfile(IsContainer: false, "/data"), Overrides = OverrideSource.Parse(overrides) },
        brokers,
        new MemoryStorage(TimeProvider.System),
        new Random(1));
}
