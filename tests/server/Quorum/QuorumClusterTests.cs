using Compat.Server.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Quorum;

public sealed class QuorumClusterTests : IAsyncDisposable
{
    private QuorumCluster _cluster = new(voters: 3);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Three_nodes_elect_a_leader_and_all_become_brokers_of_one_cluster()
    {
        await _cluster.StartAllAsync();
        int leader = await _cluster.LeaderAsync();
        foreach (Broker broker in _cluster.Running.Values)
        {
            await QuorumCluster.EventuallyAsync(() => Enumerable.Range(1, 3).All(broker.Parts.Image.Cluster.IsActive), () => "three active brokers");
        }

        using SocketClient client = await _cluster.ConnectAsync(leader);
        DescribeQuorumResponse described = await client.AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(Describe(), 2);
        DescribeQuorumResponse.PartitionData partition = described.Topics[0].Partitions[0];
        Assert.Equal((ErrorCode.None, leader), (partition.ErrorCode, partition.LeaderId));
        Assert.Equal([1, 2, 3], partition.CurrentVoters.Select(voter => voter.ReplicaId).Order());
        Assert.All(partition.CurrentVoters, voter => Assert.True(voter.LastFetchTimestamp > 0));
        Assert.Equal([1, 2, 3], described.Nodes.Select(node => node.NodeId).Order());
    }

    [Fact]
    public async Task What_the_cluster_knows_outlives_its_leader()
    {
        await _cluster.StartAllAsync();
        for (int round = 1; round <= 3; round++)
        {
            int leader = await _cluster.LeaderAsync();
            string topic = $"topic-{round}";
            await CreateTopicAsync(_cluster.Running.Keys.First(id => id != leader), topic);
            await _cluster.StopAsync(leader);
            await _cluster.LeaderAsync();
            foreach (Broker broker in _cluster.Running.Values)
            {
                await QuorumCluster.EventuallyAsync(() => broker.Parts.Image.Topics.TryGet(topic, out _), () => topic);
            }

            await _cluster.StartAsync(leader);
        }

        await _cluster.LeaderAsync();
        foreach (Broker broker in _cluster.Running.Values)
        {
            await QuorumCluster.EventuallyAsync(
                () => Enumerable.Range(1, 3).All(round => broker.Parts.Image.Topics.TryGet($"topic-{round}", out _)), () => "all topics");
        }
    }

    [Fact]
    public async Task A_node_that_is_only_a_broker_follows_the_metadata_log()
    {
        _cluster.Add(9, "process.roles=broker", "listeners=PLAINTEXT://localhost:0");
        await _cluster.StartAllAsync();
        int leader = await _cluster.LeaderAsync();
        await QuorumCluster.EventuallyAsync(() => _cluster.Running[leader].Parts.Image.Cluster.IsActive(9), () => "broker 9");
        await CreateTopicAsync(9, "topic");
        using SocketClient client = await _cluster.ConnectAsync(leader);
        DescribeQuorumResponse described = await client.AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(Describe(), 2);
        Assert.Equal([9], described.Topics[0].Partitions[0].Observers.Select(observer => observer.ReplicaId));
        await _cluster.StopAsync(leader);
        await _cluster.LeaderAsync();
        Assert.True(_cluster.Running[9].Parts.Image.Topics.TryGet("topic", out _));
    }

    [Fact]
    public async Task A_node_that_is_only_a_controller_serves_no_client()
    {
        await _cluster.DisposeAsync();
        _cluster = new QuorumCluster(voters: 1);
        _cluster.SetRole(1, "controller");
        _cluster.Add(2, "process.roles=broker", "listeners=PLAINTEXT://localhost:0");
        await _cluster.StartAsync(1);
        await _cluster.StartAsync(2);
        await CreateTopicAsync(2, "topic");
        Assert.Empty(_cluster.Running[1].Listeners);
        Assert.False(_cluster.Running[1].Parts.Image.Cluster.TryGetBroker(1, out _));
    }

    private async Task CreateTopicAsync(int node, string topic)
    {
        using SocketClient client = await _cluster.ConnectAsync(node);
        CreateTopicsResponse created = await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new CreateTopicsRequest { Topics = [new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }], TimeoutMs = 20_000 }, 7);
        Assert.Equal(ErrorCode.None, created.Topics.Single().ErrorCode);
    }

    private static DescribeQuorumRequest Describe() => new() { Topics = [new() { TopicName = "__cluster_metadata", Partitions = [new()] }] };
}
