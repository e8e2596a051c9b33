using System.Net;
using System.Net.Sockets;
using Compat.Server.Hosting;

namespace Compat.Server.Tests.Hosting;

/// <summary>What the arguments do, the exit code, and what is said when something is wrong: one line that names it.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task The_version_is_printed()
    {
        (int code, string output, string error) = await RunAsync("--version");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"^compat [0-9]+\.[0-9]+\.[0-9]+\S*$", output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task The_help_names_every_argument(string argument)
    {
        (int code, string output, string error) = await RunAsync(argument);
        Assert.Equal((0, ""), (code, error));
        Assert.All(["--config", "--override", "--brokers", "--ephemeral", "--health", "--version", "--help"], each => Assert.Contains(each, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--nothing", "--nothing is not an argument")]
    [InlineData("start", "start is not an argument")]
    [InlineData("--ephemeral=yes", "--ephemeral=yes is not an argument")]
    [InlineData("--config", "--config needs a value")]
    [InlineData("--override", "--override needs a value")]
    [InlineData("--override=num.partitions", "--override num.partitions is not in the form name=value")]
    [InlineData("--brokers", "--brokers needs a value")]
    [InlineData("--brokers=none", "--brokers is a number from 1 to 32 and not none")]
    [InlineData("--brokers=33", "--brokers is a number from 1 to 32 and not 33")]
    [InlineData("--config=/no/such.properties", "/no/such.properties")]
    public Task An_argument_that_is_wrong_is_named(string argument, string expected) => AssertRefusedAsync(expected, argument);

    [Theory]
    [InlineData("num.partitions=many", "num.partitions")]
    [InlineData("num.partitions=0", "num.partitions")]
    [InlineData("log.retention.ms=soon", "log.retention.ms")]
    [InlineData("compression.type=brotli", "compression.type")]
    [InlineData("process.roles=controller", "process.roles")]
    [InlineData("node.id=-1", "node.id")]
    [InlineData("listeners=PLAINTEXT://127.0.0.1:99999", "listeners")]
    [InlineData("listeners=SECURE://127.0.0.1:0", "SECURE")]
    [InlineData("listeners=PLAINTEXT://no.such.host.invalid:0", "listeners")]
    [InlineData("listeners=PLAINTEXT://192.0.2.1:0", "listeners")]
    [InlineData("advertised.listeners=OTHER://localhost:9092", "advertised.listeners")]
    [InlineData("metrics.port=70000", "metrics.port")]
    [InlineData("log.dirs=/proc/nothing", "/proc/nothing")]
    [InlineData("log.dirs=/dev/null", "/dev/null")]
    public Task A_setting_that_is_wrong_is_named(string setting, string expected) =>
        AssertRefusedAsync(expected, "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", $"log.dirs={_directory.Path}", "--override", setting);

    [Fact]
    public async Task A_wrong_line_of_a_file_is_named_with_its_number()
    {
        string file = Path.Combine(_directory.Path, "server.properties");
        await File.WriteAllTextAsync(file, "# fine\nnode.id=1\nnum.partitions=many\n", TestContext.Current.CancellationToken);
        await AssertRefusedAsync($"num.partitions (line 3 of {file})", "--config", file);
    }

    [Theory]
    [InlineData("listeners=PLAINTEXT://127.0.0.1:{0}", "listeners")]
    [InlineData("metrics.port={0}", "metrics.port")]
    public async Task A_port_that_is_in_use_is_named_with_its_setting(string setting, string name)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        string[] others = setting.StartsWith("listeners", StringComparison.Ordinal) ? [] : ["--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", "metrics.host=127.0.0.1"];
        string said = await AssertRefusedAsync(
            name, [.. others, "--override", $"log.dirs={_directory.Path}", "--override", setting.Replace("{0}", port, StringComparison.Ordinal)]);
        Assert.Contains(port, said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Theory]
    [InlineData("version=1\ncluster.id=AAAAAAAAAAEAAAAAAAAAAg\nnode.id=2\ndirectory.id=AAAAAAAAAAEAAAAAAAAAAw\n", "node.id")]
    [InlineData("version=1\nnode.id=1\n", "cluster.id")]
    [InlineData("version=9\n", "meta.properties")]
    [InlineData("vers", "meta.properties")]
    public async Task A_data_directory_of_another_node_or_with_a_torn_memory_is_not_used(string meta, string expected)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "meta.properties"), meta, TestContext.Current.CancellationToken);
        string said = await AssertRefusedAsync(expected, "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", $"log.dirs={_directory.Path}");
        Assert.Contains(_directory.Path, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cluster_id_of_a_data_directory_cannot_be_changed()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory.Path, "meta.properties"), "version=1\ncluster.id=AAAAAAAAAAEAAAAAAAAAAg\nnode.id=1\n", TestContext.Current.CancellationToken);
        await AssertRefusedAsync(
            "cluster.id", "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", $"log.dirs={_directory.Path}", "--override", "cluster.id=AAAAAAAAAAEAAAAAAAAAAw");
    }

    [Fact]
    public async Task A_health_check_ends_with_0_when_the_broker_is_ready_and_with_1_when_it_is_not()
    {
        await using BrokerFixture fixture = await BrokerFixture.StartAsync();
        string[] check = ["--health", "--override", $"listeners={fixture.Broker.Listeners[0]}"];
        Assert.Equal((0, "ready", ""), await RunAsync(check));
        await fixture.DisposeAsync();
        (int code, string output, string error) = await RunAsync(check);
        Assert.Equal((1, ""), (code, error));
        Assert.NotEqual("ready", output);
        await AssertRefusedAsync("num.partitions", [.. check, "--override", "num.partitions=many"]);
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<string> AssertRefusedAsync(string expected, params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("compat: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        return error;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await BrokerProcess.RunAsync(arguments, TextWriter.Synchronized(output), error);
        return (code, output.ToString().Trim(), error.ToString().Trim());
    }
}
