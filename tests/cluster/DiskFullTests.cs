using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Brokers;
using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;

namespace Compat.Cluster.Tests;

/// <summary>A device without room, again and again: writes are refused, reads go on, and writing goes on with the room.</summary>
public class DiskFullTests
{
    private static readonly TimeSpan WritableAgain = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Writing_goes_on_by_itself_within_seconds_of_room_and_nothing_is_lost()
    {
        (bool isWritable, IReadOnlyList<Anomaly> anomalies) = await RunAsync(Mutant.None, FaultScale.Rounds(atLeast: 3));

        Assert.True(isWritable, "no write within 5 s of room");
        Assert.Empty(anomalies);
    }

    [Fact]
    public async Task The_check_finds_a_device_that_stays_full()
    {
        (bool isWritable, _) = await RunAsync(Mutant.NoRoomAgain, rounds: 1);

        Assert.False(isWritable);
    }

    private static async Task<(bool IsWritable, IReadOnlyList<Anomaly> Anomalies)> RunAsync(Mutant mutant, int rounds)
    {
        await using InProcessBroker broker = await InProcessBroker.StartAsync([]);
        await using Workload workload = new(() => broker.Bootstrap, "full")
        {
            Configure = config => config.MessageTimeoutMs = mutant == Mutant.None ? config.MessageTimeoutMs : 2000,
        };
        await workload.CreateTopicAsync();
        workload.Start();
        bool isWritable = true;
        for (int round = 0; round < rounds; round++)
        {
            await workload.ProgressAsync();
            broker.Disk.CapacityBytes = broker.Disk.UsedBytes;
            await Wait.UntilAsync(() => broker.Lines.All.Any(line => line.Text.Contains("Writing to full-", StringComparison.Ordinal)), "a write is refused");
            int refusedAt = workload.Acknowledged;
            int read = workload.Read;
            await Wait.UntilAsync(() => workload.Read >= Math.Min(read + 1, refusedAt), "reads go on");
            broker.Disk.CapacityBytes = mutant == Mutant.NoRoomAgain ? broker.Disk.UsedBytes : long.MaxValue;
            isWritable &= await IsReachedAsync(() => workload.Acknowledged > refusedAt + 5);
        }

        // A broker cannot close its logs without room either.
        broker.Disk.CapacityBytes = long.MaxValue;
        return (isWritable, await workload.FinishAsync());
    }

    private static async Task<bool> IsReachedAsync(Func<bool> condition)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        long start = TimeProvider.System.GetTimestamp();
        while (!condition() && TimeProvider.System.GetElapsedTime(start) < WritableAgain)
        {
            await timer.WaitForNextTickAsync();
        }

        return condition();
    }
}
