using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>What a developer sees who types the command: the start, the end, and every mistake on the way.</summary>
public partial class ProcessTests
{
    private static readonly string[] AnyPort = ["--override", "listeners=PLAINTEXT://127.0.0.1:0"];

    public static TheoryData<string> Binaries => [.. BrokerBinary.All];

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task The_start_line_says_version_address_data_directory_and_durability(string binary)
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(binary: BrokerBinary.Require(binary));

        Assert.Matches(@"\b[0-9]+\.[0-9]+\.[0-9]+\b", broker.StartLine);
        Assert.Contains(broker.Bootstrap, broker.StartLine, StringComparison.Ordinal);
        Assert.Contains(broker.DataDirectory, broker.StartLine, StringComparison.Ordinal);
        Assert.Matches("(?i)kill -9|crash|flush|durab|acknowledg", broker.StartLine);
        await Reference.ProduceAsync(broker.Bootstrap, "first", ["hello"]);
        Assert.Equal("hello", Assert.Single(await Reference.ReadAsync(broker.Bootstrap, "first", 1)).Text);
        // One line at the start; then the log stays quiet.
        Assert.Equal(broker.StartLine, broker.Output.Trim());
        Assert.Equal(0, await broker.StopAsync());
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public async Task An_ephemeral_broker_leaves_nothing_behind(string binary)
    {
        ConcurrentQueue<string> lines = [];
        using ChildProcess process = Start(binary, [.. AnyPort, "--ephemeral"], lines);
        await Wait.UntilAsync(() => !lines.IsEmpty, () => $"a start line\n{process.ErrorText}");
        string directory = AbsolutePath().Match(lines.First()).Value;
        Assert.True(Directory.Exists(directory), lines.First());

        process.Terminate();

        Assert.True(await process.ExitsWithinAsync(Wait.Limit), "it ends after SIGTERM");
        Assert.Equal(0, process.ExitCode);
        Assert.False(Directory.Exists(directory), directory);
    }

    [Theory]
    [InlineData("num.partitions=many", "num.partitions")]
    [InlineData("log.retention.ms=soon", "log.retention.ms")]
    [InlineData("listeners=PLAINTEXT://127.0.0.1:99999", "listeners")]
    [InlineData("listeners=SECURE://127.0.0.1:0", "SECURE")]
    [InlineData("compression.type=brotli", "compression.type")]
    public async Task A_wrong_setting_is_one_line_that_names_it(string setting, string name)
    {
        ConcurrentQueue<string> lines = [];
        using ChildProcess process = Start(BrokerBinary.FromBuild, ["--ephemeral", "--override", setting], lines);

        Assert.True(await process.ExitsWithinAsync(Wait.Limit), "it ends");

        string said = (string.Join('\n', lines) + process.ErrorText).Trim();
        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains(name, said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Fact]
    public async Task An_unknown_setting_is_a_warning_and_no_more()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(new Dictionary<string, string> { ["no.such.setting"] = "1" });

        await Wait.UntilAsync(() => broker.Output.Contains("no.such.setting", StringComparison.Ordinal), "the warning names it");
        await Reference.ProduceAsync(broker.Bootstrap, "works", ["all the same"]);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line_that_names_it()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        ConcurrentQueue<string> lines = [];
        using ChildProcess second = Start(BrokerBinary.FromBuild, ["--ephemeral", "--override", $"listeners=PLAINTEXT://{broker.Bootstrap}"], lines);

        Assert.True(await second.ExitsWithinAsync(Wait.Limit), "it ends");

        string said = (string.Join('\n', lines) + second.ErrorText).Trim();
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains(broker.Bootstrap, said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Fact]
    public async Task A_data_directory_in_use_is_refused()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        ConcurrentQueue<string> lines = [];
        using ChildProcess second = Start(BrokerBinary.FromBuild, [.. AnyPort, "--override", $"log.dirs={broker.DataDirectory}"], lines);

        Assert.True(await second.ExitsWithinAsync(Wait.Limit), "it ends");

        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains(broker.DataDirectory, string.Join('\n', lines) + second.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_come_from_a_file_from_the_environment_and_from_the_command_line_in_this_order()
    {
        using TemporaryDirectory directory = new();
        string file = Path.Combine(directory.Path, "server.properties");
        await File.WriteAllTextAsync(file, "# a comment\nlisteners=PLAINTEXT://127.0.0.1:0\nnum.partitions=2\nlog.segment.bytes=2000000\nlog.roll.hours=5\n");
        ConcurrentQueue<string> lines = [];
        using ChildProcess process = Start(
            BrokerBinary.FromBuild, ["--ephemeral", "--config", file, "--override", "log.roll.hours=7"], lines,
            new Dictionary<string, string> { ["KAFKA_NUM_PARTITIONS"] = "3", ["KAFKA_LOG_ROLL_HOURS"] = "6" });
        await Wait.UntilAsync(() => !lines.IsEmpty || process.HasExited, "a start line");
        string bootstrap = Address().Match(Assert.Single(lines)).Groups[1].Value;
        using Confluent.Kafka.IAdminClient admin = Reference.Admin(bootstrap);
        string id = admin.GetMetadata(Wait.Limit).Brokers[0].BrokerId.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Dictionary<string, Confluent.Kafka.Admin.ConfigEntryResult> settings =
            (await admin.DescribeConfigsAsync([new() { Type = Confluent.Kafka.Admin.ResourceType.Broker, Name = id }]))[0].Entries;

        Assert.Equal("2000000", settings["log.segment.bytes"].Value);
        Assert.Equal("3", settings["num.partitions"].Value);
        Assert.Equal("7", settings["log.roll.hours"].Value);
        Assert.Equal(Confluent.Kafka.Admin.ConfigSource.StaticBrokerConfig, settings["num.partitions"].Source);
    }

    private static ChildProcess Start(string binary, string[] arguments, ConcurrentQueue<string> lines, IReadOnlyDictionary<string, string>? environment = null)
    {
        (string file, string[] before) = BrokerBinary.Command(BrokerBinary.Require(binary));
        return ChildProcess.Start(file, [.. before, .. arguments], lines.Enqueue, environment);
    }

    [GeneratedRegex(@"(?<![\w.:/])/[\w./\-]+")]
    private static partial Regex AbsolutePath();

    [GeneratedRegex(@"[A-Z]+://([\w.\-]+:[0-9]+)")]
    private static partial Regex Address();
}
