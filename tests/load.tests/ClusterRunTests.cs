using Compat.Load.Cluster;
using Compat.Load.CommandLine;

namespace Compat.Load.Tests;

/// <summary>What measures three brokers, on three brokers, with hardly anything to do.</summary>
public class ClusterRunTests
{
    private static readonly string Command = $"dotnet {Path.Combine(AppContext.BaseDirectory, "compat.dll")}";

    [Fact]
    public async Task Replicated_says_what_three_replicas_cost()
    {
        var output = await RunAsync((options, output) => new ReplicatedRun(options) { Output = output }, "--rounds 1 --seconds 0.3 --warmup 0.1 --rate 100 --partitions 3");

        Assert.Matches(@"as fast as it goes:(.|\n)*1 replica +│ acknowledged +│ +[1-9](.|\n)*3 replicas +│ acknowledged +│ +[1-9](.|\n)*100 records/s:(.|\n)*3 replicas +│ acknowledged +│ +[1-9]", output);
    }

    [Fact]
    public async Task Catch_up_says_how_fast_a_follower_gets_in_sync_again()
    {
        var output = await RunAsync((options, output) => new CatchUpRun(options) { Output = output }, "--gigabytes 0.01 --settle 0 --warmup 0.1 --seconds 0.3 --rate 100");

        Assert.Matches(@"in sync [0-9.]+ s later: [0-9,]+ MB/s\nwhile it caught up: [1-9]", output);
    }

    [Fact]
    public async Task Idle_cluster_says_what_followers_cost_and_how_fast_they_lead()
    {
        var output = await RunAsync((options, output) => new IdleClusterRun(options) { Output = output }, "--partitions 20 --topics 2 --settle 0 --seconds 0.3");

        Assert.Matches(@"broker 3 \(leads nothing.*\): [0-9.]+ % of a core, [1-9][0-9]* MB", output);
        Assert.Matches(@"fenced [0-9.]+ s, all led [0-9.]+ s, all acknowledged a record [0-9.]+ s", output);
    }

    private static async Task<string> RunAsync(Func<Options, TextWriter, ClusterRun> create, string words)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the packaged librdkafka and /proc are looked up for Linux only");
        using var output = new StringWriter();
        var options = Options.Parse(["--command", Command, .. words.Split(' ')]);

        Assert.Equal(0, await create(options, output).RunAsync());
        return output.ToString();
    }
}
