using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Brokers;
using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;
using Compat.Load.Failover;
using Confluent.Kafka;

namespace Compat.Cluster.Tests;

/// <summary>
/// Three processes under clients that go on whatever happens to one of them: its end in every manner, and its coming back. How long
/// clients wait is measured by <c>compat-load failover</c>; here it is what they see.
/// </summary>
public class FailoverTests
{
    private const string Topic = "failover";
    private const int Partitions = 3;

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["offsets.topic.num.partitions"] = "3",
        // A broker that stands still is noticed by its session alone.
        ["broker.session.timeout.ms"] = "1500",
        ["broker.heartbeat.interval.ms"] = "300",
    };

    [Fact]
    public async Task Nothing_is_lost_doubled_or_reordered_and_groups_go_on_whichever_broker_ends()
    {
        await using ProcessCluster cluster = await ProcessCluster.StartAsync(settings: Settings);
        await using Workload workload = new(() => cluster.Bootstrap, Topic, Partitions) { ReplicationFactor = 3 };
        await workload.CreateTopicAsync();
        workload.Start();
        await using GroupReader group = new(cluster.Bootstrap, Topic, "followers");
        await ProgressAsync(workload, group);

        await StrikeAsync(cluster, workload, group, state => state.Leaders[0], node => node.Kill());
        await StrikeAsync(cluster, workload, group, state => state.Controller, node => node.Kill());
        await StrikeAsync(cluster, workload, group, _ => CoordinatorOf(cluster, group.Group), node => node.Kill());
        await StrikeAsync(cluster, workload, group, state => state.Leaders[1], async node => Assert.Equal(0, await node.StopAsync()));
        await StandStillAsync(cluster, workload, group);

        Assert.Empty(await group.FinishAsync());
        Assert.Empty(await workload.FinishAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_end_of_all_brokers_loses_nothing_and_the_check_would_see_it(bool isTailCutOff)
    {
        await using ProcessCluster cluster = await ProcessCluster.StartAsync(settings: Settings);

        // A producer that counts would notice itself that records are gone.
        await using Workload workload = new(() => cluster.Bootstrap, Topic, Partitions)
        {
            ReplicationFactor = 3,
            Configure = config => config.EnableIdempotence = !isTailCutOff,
        };
        await workload.CreateTopicAsync();
        workload.Start();
        await workload.ProgressAsync();
        foreach (ClusterNode node in cluster.Nodes)
        {
            node.Kill();
        }

        if (isTailCutOff)
        {
            CutOffTails(cluster);
        }

        await cluster.StartAllAsync();
        await workload.ProgressAsync();

        IReadOnlyList<Anomaly> anomalies = await workload.FinishAsync();
        Assert.Equal(isTailCutOff, anomalies.Any(anomaly =>
            anomaly.Kind is AnomalyKind.LostWrite or AnomalyKind.Unseen or AnomalyKind.InconsistentOffsets));
        Assert.True(isTailCutOff || anomalies.Count == 0, string.Join('\n', anomalies));
    }

    private static Task StrikeAsync(
        ProcessCluster cluster, Workload workload, GroupReader group, Func<ClusterState, int> choose, Action<ClusterNode> strike) =>
        StrikeAsync(cluster, workload, group, choose, node =>
        {
            strike(node);
            return Task.CompletedTask;
        });

    /// <summary>Ends a broker, sees the clients go on without it, and has it come back.</summary>
    private static async Task StrikeAsync(
        ProcessCluster cluster, Workload workload, GroupReader group, Func<ClusterState, int> choose, Func<ClusterNode, Task> strike)
    {
        ClusterNode victim = cluster.Node(choose(await StateAsync(cluster)));
        await strike(victim);
        await ProgressAsync(workload, group);
        await victim.StartAsync();
        await StateAsync(cluster);
    }

    /// <summary>A leader stands still until others lead what it led, and then goes on as if nothing had happened.</summary>
    private static async Task StandStillAsync(ProcessCluster cluster, Workload workload, GroupReader group)
    {
        ClusterState before = await StateAsync(cluster);
        int victim = before.Leaders.First(leader => leader != before.Controller);
        cluster.Node(victim).Suspend();
        string other = cluster.Nodes.First(node => node.Id != victim).Bootstrap;
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = other }).Build();
        await Wait.UntilAsync(
            () => admin.GetMetadata(Topic, Wait.Limit).Topics.Single().Partitions.All(partition => partition.Leader >= 0 && partition.Leader != victim),
            () => $"others lead what node {victim} led\n{cluster.Output}");
        cluster.Node(victim).Resume();
        await ProgressAsync(workload, group);
        await StateAsync(cluster);
    }

    private static Task ProgressAsync(Workload workload, GroupReader group) => Task.WhenAll(workload.ProgressAsync(), group.ProgressAsync());

    private static Task<ClusterState> StateAsync(ProcessCluster cluster) => ClusterState.WholeAsync(cluster.Node(1).Bootstrap, Topic);

    private static int CoordinatorOf(ProcessCluster cluster, string group)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Bootstrap }).Build();
        return admin.DescribeConsumerGroupsAsync([group]).Result.ConsumerGroupDescriptions.Single().Coordinator.Id;
    }

    private static void CutOffTails(ProcessCluster cluster)
    {
        foreach (string file in cluster.Nodes.SelectMany(node => Directory.GetFiles(node.DataDirectory, "*.log", SearchOption.AllDirectories))
            .Where(file => file.Contains($"{Topic}-", StringComparison.Ordinal)))
        {
            using FileStream stream = new(file, FileMode.Open);
            stream.SetLength(Math.Max(0, stream.Length - 2_000));
        }
    }
}
