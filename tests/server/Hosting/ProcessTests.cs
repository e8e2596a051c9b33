using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Compat.Server.Tests.Data;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Hosting;

/// <summary>What only a real process shows: signals, exit codes, and what is left on disk.</summary>
public sealed partial class ProcessTests : IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly string[] AnyPort = ["--override", "listeners=PLAINTEXT://127.0.0.1:0"];

    private readonly TemporaryDirectory _directory = new();

    private string[] OnDirectory => [.. AnyPort, "--override", $"log.dirs={_directory.Path}/data"];

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_cleanly_while_clients_are_connected_and_wait(string signal)
    {
        using ServerProcess broker = await ServerProcess.StartReadyAsync(OnDirectory);
        using SocketClient client = await ConnectAsync(broker);
        await CreateTopicAsync(client, "t");
        using SocketClient waiting = await ConnectAsync(broker);
        var fetch = new FetchRequest
        {
            MaxWaitMs = 60_000,
            MinBytes = 1,
            MaxBytes = 1000,
            Topics = [new() { Topic = "t", Partitions = [new() { PartitionMaxBytes = 1000 }] }],
        };
        await waiting.SendAsync(TestClient.Encode(ApiKey.Fetch, 12, 1, body => body.Write(fetch, 12)));
        await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);

        await broker.SignalAsync(signal);

        Assert.Equal(0, await broker.ExitAsync(StopLimit));
        Assert.EndsWith("Stopped", broker.Output[^1], StringComparison.Ordinal);
        Assert.Empty(broker.Errors);
        Assert.True(File.Exists(Path.Combine(_directory.Path, "data", ".kafka_cleanshutdown")));
    }

    [Fact]
    public async Task It_says_one_line_when_it_is_ready_and_is_quiet_afterwards()
    {
        using ServerProcess broker = await ServerProcess.StartReadyAsync([.. OnDirectory, "--override", "metrics.port=0"]);
        using SocketClient client = await ConnectAsync(broker);
        await CreateTopicAsync(client, "t");

        string line = Assert.Single(broker.Output);
        Assert.Matches(
            @"compat [0-9.]+ is ready on PLAINTEXT://127\.0\.0\.1:[1-9][0-9]* after [0-9]+ ms; metrics and health on port [1-9][0-9]*; cluster [\w-]{22}, data in "
                + Regex.Escape($"{_directory.Path}/data") + "; an acknowledged record outlives the process, ",
            line);
        await broker.SignalAsync("TERM");
        Assert.Equal(0, await broker.ExitAsync(StopLimit));
    }

    [Fact]
    public async Task An_ephemeral_directory_is_there_while_it_runs_and_gone_at_exit()
    {
        using ServerProcess broker = await ServerProcess.StartReadyAsync([.. AnyPort, "--ephemeral"]);
        string directory = DataDirectory().Match(broker.ReadyLine).Groups[1].Value;
        Assert.True(Directory.Exists(directory), broker.ReadyLine);
        await broker.SignalAsync("TERM");
        Assert.Equal(0, await broker.ExitAsync(StopLimit));
        Assert.False(Directory.Exists(directory), directory);
    }

    [Fact]
    public async Task An_ephemeral_directory_is_gone_when_the_start_fails_too()
    {
        using ServerProcess broker = ServerProcess.Start(
            ["--ephemeral", "--override", "listeners=PLAINTEXT://192.0.2.1:0"], new Dictionary<string, string> { ["TMPDIR"] = _directory.Path });
        Assert.Equal(1, await broker.ExitAsync());
        Assert.Single(broker.Errors);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_second_process_on_the_same_directory_is_refused_and_the_first_lives_on()
    {
        using ServerProcess first = await ServerProcess.StartReadyAsync(OnDirectory);
        using ServerProcess second = ServerProcess.Start(OnDirectory);
        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains($"{_directory.Path}/data", Assert.Single(second.Errors), StringComparison.Ordinal);
        Assert.Empty(second.Output);
        using SocketClient client = await ConnectAsync(first);
        await CreateTopicAsync(client, "t");
    }

    [Fact]
    public async Task After_kill_9_everything_acknowledged_is_there_and_the_cluster_is_the_same()
    {
        string cluster;
        using (ServerProcess first = await ServerProcess.StartReadyAsync(OnDirectory))
        {
            cluster = Cluster().Match(first.ReadyLine).Value;
            using SocketClient client = await ConnectAsync(first);
            await CreateTopicAsync(client, "t");
        }

        using ServerProcess again = await ServerProcess.StartReadyAsync(OnDirectory);
        Assert.Equal(cluster, Cluster().Match(again.ReadyLine).Value);
        using SocketClient reader = await ConnectAsync(again);
        MetadataResponse response = await reader.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = null }, 9);
        Assert.Equal("t", Assert.Single(response.Topics).Name);
    }

    [Fact]
    public async Task An_unknown_name_is_a_warning_wherever_it_comes_from_and_no_more()
    {
        string file = Path.Combine(_directory.Path, "server.properties");
        await File.WriteAllTextAsync(file, "no.such.in.file=1\n", TestContext.Current.CancellationToken);
        using ServerProcess broker = ServerProcess.Start(
            [.. OnDirectory, "--config", file, "--override", "no.such.override=1"],
            new Dictionary<string, string> { ["KAFKA_NO_SUCH_VARIABLE"] = "1" });
        await broker.UntilAsync(() => broker.Output.Any(line => line.Contains(" is ready on ", StringComparison.Ordinal)), "a start-up line");
        foreach (string name in (string[])["no.such.in.file", "no.such.variable", "no.such.override"])
        {
            Assert.Single(broker.Output, line => line.Contains(name, StringComparison.Ordinal));
        }

        Assert.Equal(4, broker.Output.Count);
    }

    [Fact]
    public async Task As_in_the_image_everything_comes_from_the_environment_and_the_health_check_finds_the_broker()
    {
        int metricsPort = FreePort();
        var environment = new Dictionary<string, string>
        {
            ["KAFKA_LOG_DIRS"] = $"{_directory.Path}/data",
            ["KAFKA_METRICS_PORT"] = $"{metricsPort}",
            ["KAFKA_LISTENERS"] = "PLAINTEXT://:0",
            ["KAFKA_NUM_PARTITIONS"] = "3",
            ["DOTNET_RUNNING_IN_CONTAINER"] = "true",
        };
        using (ServerProcess early = ServerProcess.Start(["--health"], environment))
        {
            Assert.Equal(1, await early.ExitAsync());
        }

        using ServerProcess broker = ServerProcess.Start([], environment);
        await broker.UntilAsync(() => broker.Output.Any(line => line.Contains($"metrics and health on port {metricsPort}", StringComparison.Ordinal)), "a start-up line");
        using ServerProcess check = ServerProcess.Start(["--health"], environment);
        Assert.Equal(0, await check.ExitAsync());
        Assert.Equal(["ready"], check.Output);
    }

    [Fact]
    public async Task Without_file_handles_it_says_so_once_and_serves_again_when_there_are_some()
    {
        using ServerProcess broker = ServerProcess.Start(OnDirectory, maxOpenFiles: 256);
        await broker.UntilAsync(() => broker.Output.Any(line => line.Contains(" is ready on ", StringComparison.Ordinal)), "a start-up line");
        using SocketClient first = await ConnectAsync(broker);
        await first.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);
        List<TcpClient> many = [];
        for (int i = 0; i < 300; i++)
        {
            var client = new TcpClient();
            many.Add(client);
            await client.ConnectAsync(IPAddress.Loopback, broker.Port, TestContext.Current.CancellationToken);
        }

        await broker.UntilAsync(() => broker.Output.Any(line => line.Contains("cannot accept connections at present", StringComparison.Ordinal)), "warning");

        // A log still finds handles for its files.
        await CreateTopicAsync(first, "made-meanwhile");
        Assert.Equal(ErrorCode.None, await ProduceAsync(first, "made-meanwhile"));
        many.ForEach(client => client.Dispose());
        using SocketClient again = await ConnectAsync(broker);
        await again.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);
        await broker.SignalAsync("TERM");
        Assert.Equal(0, await broker.ExitAsync(StopLimit));
    }

    public void Dispose() => _directory.Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<SocketClient> ConnectAsync(ServerProcess broker)
    {
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(IPAddress.Loopback, broker.Port, TestContext.Current.CancellationToken);
        return new SocketClient(connection);
    }

    private static async Task CreateTopicAsync(SocketClient client, string name)
    {
        var request = new CreateTopicsRequest { Topics = [new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 }] };
        Assert.Equal(ErrorCode.None, (await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(request, 5)).Topics[0].ErrorCode);
    }

    private static async Task<ErrorCode> ProduceAsync(SocketClient client, string topic)
    {
        var request = new ProduceRequest
        {
            Acks = 1,
            TimeoutMs = 1000,
            TopicData = [new() { Name = topic, PartitionData = [new() { Index = 0, Records = DataFixture.BatchAt(0, "a") }] }],
        };
        return (await client.AskAsync<ProduceRequest, ProduceResponse>(request, 9)).Responses[0].PartitionResponses[0].ErrorCode;
    }

    [GeneratedRegex("data in ([^;]+);")]
    private static partial Regex DataDirectory();

    [GeneratedRegex(@"cluster [\w-]{22}")]
    private static partial Regex Cluster();
}
