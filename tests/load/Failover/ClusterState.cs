using Compat.Load.Protocol;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Failover;

/// <summary>Who leads what at a moment, as one of the brokers tells.</summary>
/// <param name="Controller">The active controller.</param>
/// <param name="Leaders">The leader of each partition, -1 for none.</param>
/// <param name="IsWhole">Whether all replicas of all partitions are in sync.</param>
internal sealed record ClusterState(int Controller, IReadOnlyList<int> Leaders, bool IsWhole)
{
    private const string MetadataTopic = "__cluster_metadata";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks until all replicas are in sync and the preferred ones lead.</summary>
    /// <exception cref="TimeoutException">It does not become so.</exception>
    public static async Task<ClusterState> WholeAsync(string address, string topic)
    {
        using var patience = new CancellationTokenSource(Patience);
        ClusterState? last = null;
        while (true)
        {
            try
            {
                using var connection = await KafkaConnection.OpenAsync(address, patience.Token);
                while (true)
                {
                    last = await AskAsync(connection, topic, patience.Token);
                    if (last.IsWhole && await ElectPreferredAsync(connection, patience.Token))
                    {
                        return await AskAsync(connection, topic, patience.Token);
                    }

                    await Task.Delay(Pause, patience.Token);
                }
            }
            catch (Exception exception) when (exception is System.Net.Sockets.SocketException or IOException)
            {
                await Task.Delay(Pause, patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"the replicas are not all in sync and led by the preferred ones: {last}, leaders {string.Join(',', last?.Leaders ?? [])}");
            }
        }
    }

    private static async Task<ClusterState> AskAsync(KafkaConnection connection, string topic, CancellationToken cancellation)
    {
        var metadata = await connection.SendAsync(new MetadataRequest { Topics = [new() { Name = topic }] }, cancellation);
        var partitions = metadata.Topics[0].Partitions.OrderBy(partition => partition.PartitionIndex).ToArray();
        var quorum = await connection.SendAsync(
            new DescribeQuorumRequest { Topics = [new() { TopicName = MetadataTopic, Partitions = [new() { PartitionIndex = 0 }] }] }, cancellation);
        return new ClusterState(
            quorum.Topics[0].Partitions[0].LeaderId,
            [.. partitions.Select(partition => partition.LeaderId)],
            partitions.All(partition => partition.LeaderId >= 0 && partition.IsrNodes.Count == partition.ReplicaNodes.Count));
    }

    /// <summary>Has the preferred replicas lead; true when all do already.</summary>
    private static async Task<bool> ElectPreferredAsync(KafkaConnection connection, CancellationToken cancellation)
    {
        var elected = await connection.SendAsync(new ElectLeadersRequest { ElectionType = 0, TopicPartitions = null, TimeoutMs = 10_000 }, cancellation);
        return elected.ErrorCode == ErrorCode.None && elected.ReplicaElectionResults.All(topic => topic.PartitionResult.Count == 0);
    }
}
