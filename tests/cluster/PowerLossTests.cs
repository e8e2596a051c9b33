using Compat.Cluster.Tests.Brokers;
using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;

namespace Compat.Cluster.Tests;

/// <summary>The power goes: with flush.messages=1 nothing acknowledged is lost, without it at most the end of each partition.</summary>
public class PowerLossTests
{
    private const string FlushEachRecord = "log.flush.interval.messages=1";

    [Fact]
    public async Task With_a_flush_before_each_answer_nothing_acknowledged_is_lost()
    {
        IReadOnlyList<Anomaly> anomalies = await RunAsync(Mutant.None, FlushEachRecord);

        Assert.Empty(anomalies);
    }

    [Fact]
    public async Task The_check_finds_a_flush_that_lies()
    {
        IReadOnlyList<Anomaly> anomalies = await RunAsync(Mutant.LyingFlush, FlushEachRecord);

        Assert.NotEmpty(anomalies);
    }

    private static async Task<IReadOnlyList<Anomaly>> RunAsync(Mutant mutant, params string[] settings)
    {
        await using InProcessBroker broker = await InProcessBroker.StartAsync(settings);
        await using Workload workload = new(() => broker.Bootstrap, "powerless") { Configure = config => config.EnableIdempotence = mutant == Mutant.None };
        await workload.CreateTopicAsync();
        broker.Disk.FlushVolume("/");
        broker.Storage.LiesAbout = LiesAbout(mutant);
        workload.Start();
        foreach (int seed in FaultScale.Seeds(atLeast: 3))
        {
            await workload.ProgressAsync();
            await broker.LosePowerAsync(seed);
            broker.Storage.LiesAbout = LiesAbout(mutant);
            await broker.StartAsync();
        }

        await workload.ProgressAsync(writes: 1);
        return await workload.FinishAsync();
    }

    // Of the records alone, so that the broker still knows its topics.
    private static Func<string, bool> LiesAbout(Mutant mutant) =>
        path => mutant == Mutant.LyingFlush && path.Contains("powerless-", StringComparison.Ordinal);
}
