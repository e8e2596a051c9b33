using Compat.Clients.Tests.Broker;
using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;

namespace Compat.Cluster.Tests;

/// <summary>kill -9 of the real process while clients write and read: the page cache outlives it, so nothing is lost.</summary>
public class KillTests
{
    private static readonly TimeSpan WritableAgain = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_doubled_or_moved_by_kills()
    {
        IReadOnlyList<Anomaly> anomalies = await RunAsync(Mutant.None);

        Assert.Empty(anomalies);
    }

    [Fact]
    public async Task The_check_finds_answers_that_left_before_the_write()
    {
        IReadOnlyList<Anomaly> anomalies = await RunAsync(Mutant.AnswerBeforeWrite);

        Assert.Contains(anomalies, anomaly => anomaly.Kind is AnomalyKind.LostWrite or AnomalyKind.Unseen or AnomalyKind.InconsistentOffsets);
    }

    private static async Task<IReadOnlyList<Anomaly>> RunAsync(Mutant mutant)
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();

        // A producer that counts would notice the mutant itself and send nothing more.
        await using Workload workload = new(() => broker.Bootstrap, "kills") { Configure = config => config.EnableIdempotence = mutant == Mutant.None };
        await workload.CreateTopicAsync();
        workload.Start();
        for (int round = 0; round < FaultScale.Rounds(atLeast: 3); round++)
        {
            await workload.ProgressAsync();
            broker.Kill();
            if (mutant == Mutant.AnswerBeforeWrite)
            {
                CutOff(broker.DataDirectory);
            }

            long start = TimeProvider.System.GetTimestamp();
            await broker.StartAsync();
            await workload.ProgressAsync(writes: 1);
            Assert.True(TimeProvider.System.GetElapsedTime(start) < WritableAgain, "the partitions were not writable in time");
        }

        return await workload.FinishAsync();
    }

    private static void CutOff(string dataDirectory)
    {
        foreach (string file in Directory.GetFiles(dataDirectory, "*.log", SearchOption.AllDirectories).Where(file => file.Contains("kills-", StringComparison.Ordinal)))
        {
            using FileStream stream = new(file, FileMode.Open);
            stream.SetLength(Math.Max(0, stream.Length - 400));
        }
    }
}
