using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Brokers;
using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;
using Compat.Load.Protocol;
using Compat.Wire.Messages;
using Confluent.Kafka;
using ErrorCode = Compat.Wire.ErrorCode;

namespace Compat.Cluster.Tests;

/// <summary>
/// Replicas leave until one is left, and that one comes back without its disk. With eligible leader replicas (KIP-966) another that
/// has everything acknowledged leads; without them the empty one does, which is the mistake that the check has to see.
/// </summary>
public class LastReplicaTests
{
    private const string Topic = "last";
    private const int Brokers = 3;

    [Fact]
    public async Task With_eligible_leader_replicas_the_loss_of_the_last_replica_in_sync_loses_nothing() => Assert.Empty(await RunAsync(hasEligibleReplicas: true));

    [Fact]
    public async Task Without_them_the_check_finds_what_is_lost() =>
        Assert.Contains(await RunAsync(hasEligibleReplicas: false), anomaly => anomaly.Kind is AnomalyKind.LostWrite or AnomalyKind.Unseen or AnomalyKind.InconsistentOffsets);

    private static async Task<IReadOnlyList<Anomaly>> RunAsync(bool hasEligibleReplicas)
    {
        await using ProcessCluster cluster = await ProcessCluster.StartAsync(Brokers + 1, hasOwnController: true);
        if (hasEligibleReplicas)
        {
            await EnableAsync(cluster);
        }

        // A producer that counts would notice itself that records are gone.
        await using Workload workload = new(() => cluster.Bootstrap, Topic, partitions: 1)
        {
            ReplicationFactor = Brokers,
            Configure = config => config.EnableIdempotence = hasEligibleReplicas,
        };
        await workload.CreateTopicAsync(("min.insync.replicas", "2"));
        workload.Start();
        await workload.ProgressAsync();

        Assert.Equal(0, await cluster.Node(1).StopAsync());
        await workload.ProgressAsync();
        Assert.Equal(0, await cluster.Node(2).StopAsync());
        await InSyncAsync(cluster, 3);
        cluster.Node(3).Kill();
        Directory.Delete(cluster.Node(3).DataDirectory, recursive: true);
        await cluster.StartAllAsync();
        await workload.ProgressAsync();
        return await workload.FinishAsync();
    }

    private static async Task EnableAsync(ProcessCluster cluster)
    {
        using KafkaConnection connection = await KafkaConnection.OpenAsync(cluster.Bootstrap);
        UpdateFeaturesResponse response = await connection.SendAsync(new UpdateFeaturesRequest
        {
            TimeoutMs = 10_000,
            FeatureUpdates = [new() { Feature = "eligible.leader.replicas.version", MaxVersionLevel = 1, UpgradeType = 1 }],
        });
        Assert.True(response.ErrorCode == ErrorCode.None, response.ErrorMessage);
    }

    /// <summary>Waits until one replica alone is in sync, so that nothing more can be acknowledged.</summary>
    private static async Task InSyncAsync(ProcessCluster cluster, int broker)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Node(broker).Bootstrap }).Build();
        await Wait.UntilAsync(
            () => admin.GetMetadata(Topic, Wait.Limit).Topics.Single().Partitions.Single().InSyncReplicas is [var only] && only == broker,
            () => $"broker {broker} alone is in sync\n{cluster.Output}");
    }
}
