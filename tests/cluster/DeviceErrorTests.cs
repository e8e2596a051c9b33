using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Brokers;
using Compat.Cluster.Tests.Workloads;
using Compat.Log.Tests.Faults;

namespace Compat.Cluster.Tests;

/// <summary>One of two devices fails its flushes: its partition acknowledges nothing any more, the other one serves on.</summary>
public class DeviceErrorTests
{
    private static readonly string[] Settings = ["log.dirs=/a,/b", "log.flush.interval.messages=1"];

    [Fact]
    public async Task After_a_failed_flush_nothing_of_that_directory_is_acknowledged_and_the_other_serves_on()
    {
        await using InProcessBroker broker = await InProcessBroker.StartAsync(Settings);
        await using Workload workload = await StartAsync(broker);
        int failing = IndexOfPartitionIn(broker, "/b");
        broker.Storage.Fault = (operation, path) => operation == StorageOperation.Flush && path.StartsWith("/b/", StringComparison.Ordinal) ? new IOException("EIO") : null;
        await Wait.UntilAsync(() => broker.Lines.All.Any(line => line.Text.Contains("The log directory /b is offline", StringComparison.Ordinal)), "the directory goes offline");
        int acknowledged = workload.AcknowledgedIn(failing);

        broker.Storage.Heal();
        int others = workload.AcknowledgedIn(1 - failing);
        await Wait.UntilAsync(() => workload.AcknowledgedIn(1 - failing) > others + 50, "the other directory serves on");
        Assert.InRange(workload.AcknowledgedIn(failing), acknowledged, acknowledged + 20);
        int settled = workload.AcknowledgedIn(failing);
        await workload.ProgressAsync();
        Assert.Equal(settled, workload.AcknowledgedIn(failing));

        await broker.LosePowerAsync(seed: 1);
        await broker.StartAsync();
        Assert.Empty(await workload.FinishAsync());
    }

    [Fact]
    public async Task A_directory_that_is_offline_at_a_start_keeps_its_records_until_it_is_back()
    {
        await using InProcessBroker broker = await InProcessBroker.StartAsync(Settings);
        await using Workload workload = await StartAsync(broker);
        int failing = IndexOfPartitionIn(broker, "/b");
        await broker.StopAsync();

        broker.Storage.Fault = (_, path) => path.StartsWith("/b/", StringComparison.Ordinal) ? new IOException("EIO") : null;
        await broker.StartAsync();
        int others = workload.AcknowledgedIn(1 - failing);
        int settled = workload.AcknowledgedIn(failing);
        await Wait.UntilAsync(() => workload.AcknowledgedIn(1 - failing) > others + 50, "the other directory serves on");
        Assert.Equal(settled, workload.AcknowledgedIn(failing));
        Assert.False(broker.Disk.DirectoryExists($"/a/failing-{failing}"));

        await broker.StopAsync();
        broker.Storage.Heal();
        await broker.StartAsync();
        Assert.Empty(await workload.FinishAsync());
    }

    [Fact]
    public async Task The_check_finds_a_device_whose_failure_is_passed_over()
    {
        await using InProcessBroker broker = await InProcessBroker.StartAsync(Settings);
        await using Workload workload = await StartAsync(broker, isIdempotent: false);
        broker.Storage.LiesAbout = path => path.StartsWith("/b/failing-", StringComparison.Ordinal);
        await workload.ProgressAsync(writes: 200);

        await broker.LosePowerAsync(seed: 1);
        await broker.StartAsync();
        await workload.ProgressAsync(writes: 1);
        Assert.NotEmpty(await workload.FinishAsync());
    }

    private static async Task<Workload> StartAsync(InProcessBroker broker, bool isIdempotent = true)
    {
        Workload workload = new(() => broker.Bootstrap, "failing") { Configure = config => config.EnableIdempotence = isIdempotent };
        await workload.CreateTopicAsync();
        broker.Disk.FlushVolume("/");
        workload.Start();
        await workload.ProgressAsync();
        return workload;
    }

    private static int IndexOfPartitionIn(InProcessBroker broker, string directory) =>
        Enumerable.Range(0, 2).Single(partition => broker.Disk.DirectoryExists($"{directory}/failing-{partition}"));
}
