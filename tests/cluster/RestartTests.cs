using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;

namespace Compat.Cluster.Tests;

/// <summary>Restarts in quick succession under load: no start hangs, and with retries no producer sees an error.</summary>
public class RestartTests
{
    [Fact]
    public async Task Ten_quick_restarts_leave_a_broker_that_serves_and_producers_without_errors()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        await using Workload workload = new(() => broker.Bootstrap, "restarts");
        await workload.CreateTopicAsync();
        workload.Start();
        await workload.ProgressAsync();
        Random random = new(18);
        for (int round = 0; round < FaultScale.Rounds(atLeast: 10); round++)
        {
            if (random.Next(2) == 0)
            {
                broker.Kill();
            }
            else
            {
                Assert.Equal(0, await broker.StopAsync());
            }

            await broker.StartAsync();
            TimeSpan life = TimeSpan.FromMilliseconds(random.Next(1000));
            await Task.Delay(life, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await workload.ProgressAsync();
        Assert.Empty(await workload.FinishAsync());
        Assert.DoesNotContain(workload.Recorder.History, operation => operation.Outcome != Outcome.Acknowledged);
    }

    [Fact]
    public async Task A_second_process_on_the_same_directory_is_refused_with_a_line_that_says_so()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        (string file, string[] arguments) = BrokerBinary.Command(null);

        (int exitCode, _, string error) = (await ChildProcess.RunAsync(
            file, [.. arguments, "--override", $"log.dirs={broker.DataDirectory}", "--override", "listeners=PLAINTEXT://127.0.0.1:0"])).GetValueOrDefault();

        Assert.Equal(1, exitCode);
        Assert.Contains("is in use by another broker", error, StringComparison.Ordinal);
        Assert.Contains(broker.DataDirectory, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_of_another_cluster_is_refused_and_left_as_it_is()
    {
        using TemporaryDirectory directory = new();
        string properties = Path.Combine(directory.Path, "meta.properties");
        await File.WriteAllTextAsync(properties, "version=1\ncluster.id=somebody-elses-cluster1\nnode.id=77\ndirectory.id=AAAAAAAAAAAAAAAAAAAAZA\n", TestContext.Current.CancellationToken);
        byte[] before = await File.ReadAllBytesAsync(properties, TestContext.Current.CancellationToken);
        (string file, string[] arguments) = BrokerBinary.Command(null);

        (int exitCode, _, string error) = (await ChildProcess.RunAsync(
            file, [.. arguments, "--override", $"log.dirs={directory.Path}", "--override", "listeners=PLAINTEXT://127.0.0.1:0"])).GetValueOrDefault();

        Assert.Equal(1, exitCode);
        Assert.Contains("belongs to the node 77", error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(properties, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(Directory.GetDirectories(directory.Path), path => path.Contains("__cluster_metadata", StringComparison.Ordinal));
    }
}
