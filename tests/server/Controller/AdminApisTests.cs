using Compat.Replication.Metadata;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Controller;

/// <summary>What administrators ask any broker and the controller, over the wire in every version.</summary>
public class AdminApisTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task Partitions_move_and_go_back(short version, bool atController)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        await fixture.JoinAsync(2);
        await fixture.CreateAsync("t", 1);
        using SocketClient client = await ConnectAsync(fixture, atController);

        AlterPartitionReassignmentsResponse begun = await MoveAsync(client, version, [2]);
        Assert.Equal((ErrorCode.None, null), (begun.ErrorCode, begun.ErrorMessage));
        Assert.Equal(("t", 0, ErrorCode.None), (begun.Responses[0].Name, begun.Responses[0].Partitions[0].PartitionIndex, begun.Responses[0].Partitions[0].ErrorCode));
        Assert.Equal([2, 1], fixture.Partition("t").Replicas);

        ListPartitionReassignmentsResponse listed = await client.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(new(), 0);
        ListPartitionReassignmentsResponse.OngoingPartitionReassignment moving = Assert.Single(Assert.Single(listed.Topics).Partitions);
        Assert.Equal(([2, 1], [2], [1]), (moving.Replicas, moving.AddingReplicas, moving.RemovingReplicas), SameLists);

        Assert.Equal(ErrorCode.None, (await MoveAsync(client, version, null)).Responses[0].Partitions[0].ErrorCode);
        Assert.Equal([1], fixture.Partition("t").Replicas);
        Assert.Equal(ErrorCode.NoReassignmentInProgress, (await MoveAsync(client, version, null)).Responses[0].Partitions[0].ErrorCode);
        AlterPartitionReassignmentsResponse bad = await MoveAsync(client, version, [7]);
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, bad.Responses[0].Partitions[0].ErrorCode);
        Assert.Contains("no such broker is registered", bad.Responses[0].Partitions[0].ErrorMessage);
    }

    [Fact]
    public async Task A_move_may_insist_on_the_number_of_replicas()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        await fixture.JoinAsync(2);
        await fixture.CreateAsync("t", 1);
        AlterPartitionReassignmentsResponse response = await fixture.Controller.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
            new() { AllowReplicationFactorChange = false, Topics = [new() { Name = "t", Partitions = [new() { Replicas = [1, 2] }] }] }, 1);
        Assert.False(response.AllowReplicationFactorChange);
        Assert.Equal(ErrorCode.InvalidReplicationFactor, response.Responses[0].Partitions[0].ErrorCode);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Preferred_leaders_are_elected(short version, bool atController)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        long epoch = await fixture.JoinAsync(2);
        await fixture.CreateAsync("t", 2, 1);
        BrokerHeartbeatRequest leave = fixture.Heartbeat(2, epoch);
        leave.WantFence = true;
        await fixture.Controller.AskAsync<BrokerHeartbeatRequest, BrokerHeartbeatResponse>(leave, 2);
        using SocketClient client = await ConnectAsync(fixture, atController);
        Assert.Equal(ErrorCode.PreferredLeaderNotAvailable, await ElectAsync(client, version, 0));

        Assert.Equal(1, fixture.Partition("t").Leader);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ElectAsync(client, version, 5));
        ElectLeadersResponse all = await client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(new() { TopicPartitions = null }, version);
        Assert.Equal(ErrorCode.PreferredLeaderNotAvailable, Assert.Single(Assert.Single(all.ReplicaElectionResults).PartitionResult).ErrorCode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Unclean_leaders_are_elected_on_request(short version)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        long epoch = await fixture.JoinAsync(2);
        await fixture.CreateAsync("t", 2, 1);
        await ShrinkAsync(fixture, epoch);
        BrokerHeartbeatRequest leave = fixture.Heartbeat(2, epoch);
        leave.WantFence = true;
        await fixture.Controller.AskAsync<BrokerHeartbeatRequest, BrokerHeartbeatResponse>(leave, 2);
        Assert.Equal(-1, fixture.Partition("t").Leader);
        Assert.Equal(ErrorCode.None, await ElectAsync(fixture.Controller, version, 0, type: 1));
        PartitionRegistration partition = fixture.Partition("t");
        Assert.Equal((1, (sbyte)1), (partition.Leader, partition.LeaderRecoveryState));
        Assert.Equal(ErrorCode.ElectionNotNeeded, await ElectAsync(fixture.Controller, version, 0, type: 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_broker_is_forgotten(bool atController)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        await fixture.JoinAsync(2);
        using SocketClient client = await ConnectAsync(fixture, atController);
        UnregisterBrokerResponse response = await client.AskAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(new() { BrokerId = 2 }, 0);
        Assert.Equal((ErrorCode.None, null), (response.ErrorCode, response.ErrorMessage));
        Assert.Equal([1], fixture.Image.Cluster.Brokers.Keys);
        response = await client.AskAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(new() { BrokerId = 2 }, 0);
        Assert.Equal((ErrorCode.BrokerIdNotRegistered, "Broker ID 2 is not currently registered"), (response.ErrorCode, response.ErrorMessage));
    }

    [Fact]
    public async Task A_broker_forgets_controllers_for_clients()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        using SocketClient client = await fixture.Node.ConnectClientAsync();
        UnregisterControllerResponse response = await client.AskAsync<UnregisterControllerRequest, UnregisterControllerResponse>(new() { ControllerId = 5 }, 0);
        Assert.Equal((ErrorCode.ControllerIdNotRegistered, "Controller ID 5 is not currently registered."), (response.ErrorCode, response.ErrorMessage));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_settings_of_a_broker_are_changed_by_it_alone_but_the_controller_decides_for_all(short version)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        await fixture.JoinAsync(2);
        using SocketClient client = await fixture.Node.ConnectClientAsync();
        IncrementalAlterConfigsRequest request = new()
        {
            Resources =
            [
                new() { ResourceType = 4, ResourceName = "2", Configs = [new() { Name = "log.cleaner.threads", Value = "2" }] },
                new() { ResourceType = 4, ResourceName = "1", Configs = [new() { Name = "log.cleaner.threads", Value = "2" }] },
            ],
        };
        IncrementalAlterConfigsResponse byBroker = await client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, version);
        Assert.Equal(
            [(ErrorCode.InvalidRequest, "Unexpected broker id, expected 1, but received 2"), (ErrorCode.None, null)],
            byBroker.Responses.Select(response => (response.ErrorCode, response.ErrorMessage)));
        IncrementalAlterConfigsResponse byController =
            await fixture.Controller.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, version);
        Assert.All(byController.Responses, response => Assert.Equal(ErrorCode.None, response.ErrorCode));
        Assert.Equal("2", fixture.Image.Configs.Of(ConfigResource.Broker(2))["log.cleaner.threads"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_older_request_changes_the_settings_of_the_broker_alone_too(short version)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        using SocketClient client = await fixture.Node.ConnectClientAsync();
        AlterConfigsResponse response = await client.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(
            new()
            {
                Resources =
                [
                    new() { ResourceType = 4, ResourceName = "2", Configs = [] },
                    new() { ResourceType = 4, ResourceName = "1", Configs = [new() { Name = "log.cleaner.threads", Value = "2" }] },
                ],
            },
            version);
        Assert.Equal([("2", ErrorCode.InvalidRequest), ("1", ErrorCode.None)], response.Responses.Select(each => (each.ResourceName, each.ErrorCode)));
    }

    private static Task<SocketClient> ConnectAsync(ControllerFixture fixture, bool atController) =>
        atController ? fixture.Node.ConnectToControllerAsync() : fixture.Node.ConnectClientAsync();

    private static Task<AlterPartitionReassignmentsResponse> MoveAsync(SocketClient client, short version, List<int>? replicas) =>
        client.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
            new() { Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Replicas = replicas }] }] }, version);

    private static async Task<ErrorCode> ElectAsync(SocketClient client, short version, int partition, sbyte type = 0)
    {
        ElectLeadersResponse response = await client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(
            new() { ElectionType = type, TopicPartitions = [new() { Topic = "t", Partitions = [partition] }] }, version);
        ElectLeadersResponse.ReplicaElectionResult topic = Assert.Single(response.ReplicaElectionResults);
        Assert.Equal(("t", partition), (topic.Topic, topic.PartitionResult[0].PartitionId));
        return topic.PartitionResult[0].ErrorCode;
    }

    private static async Task ShrinkAsync(ControllerFixture fixture, long epoch)
    {
        fixture.Image.Topics.TryGet("t", out TopicImage? topic);
        AlterPartitionRequest request = new()
        {
            BrokerId = 2,
            BrokerEpoch = epoch,
            Topics = [new() { TopicId = topic!.Id, Partitions = [new() { LeaderEpoch = topic.Partitions[0].LeaderEpoch, NewIsrWithEpochs = [new() { BrokerId = 2, BrokerEpoch = epoch }] }] }],
        };
        AlterPartitionResponse response = await fixture.Controller.AskAsync<AlterPartitionRequest, AlterPartitionResponse>(request, 3);
        Assert.Equal(ErrorCode.None, response.Topics[0].Partitions[0].ErrorCode);
    }

    private static bool SameLists((List<int> A, List<int> B, List<int> C) one, (List<int> A, List<int> B, List<int> C) other) =>
        one.A.SequenceEqual(other.A) && one.B.SequenceEqual(other.B) && one.C.SequenceEqual(other.C);
}
