using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

/// <summary>What a single broker answers to those who move partitions or take nodes out of the cluster.</summary>
public class ReassignmentAndRegistrationTests
{
    [Theory]
    [EveryVersion(ApiKey.AlterPartitionReassignments)]
    public async Task Every_partition_is_answered_and_none_moves_to_where_nobody_is(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        var request = new AlterPartitionReassignmentsRequest
        {
            Topics =
            [
                new()
                {
                    Name = MemoryBroker.Topic,
                    Partitions =
                    [
                        new() { PartitionIndex = 0, Replicas = [broker.Parts.NodeId] },
                        new() { PartitionIndex = 1, Replicas = [9] },
                        new() { PartitionIndex = 7, Replicas = [broker.Parts.NodeId] },
                    ],
                },
                new() { Name = "nothing", Partitions = [new() { PartitionIndex = 0, Replicas = null }] },
            ],
        };

        AlterPartitionReassignmentsResponse response = await client.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(request, version);

        Assert.Equal((ErrorCode.None, null), (response.ErrorCode, response.ErrorMessage));
        Assert.Equal(
            [
                (MemoryBroker.Topic, 0, ErrorCode.None), (MemoryBroker.Topic, 1, ErrorCode.InvalidReplicaAssignment),
                (MemoryBroker.Topic, 7, ErrorCode.UnknownTopicOrPartition), ("nothing", 0, ErrorCode.UnknownTopicOrPartition),
            ],
            response.Responses.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.PartitionIndex, partition.ErrorCode))));

        var cancel = new AlterPartitionReassignmentsRequest
        {
            Topics = [new() { Name = MemoryBroker.Topic, Partitions = [new() { PartitionIndex = 0, Replicas = null }] }],
        };
        response = await client.AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(cancel, version);
        Assert.Equal(ErrorCode.NoReassignmentInProgress, Assert.Single(Assert.Single(response.Responses).Partitions).ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.UnregisterBroker)]
    public async Task A_broker_that_is_not_registered_cannot_be_taken_out(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        UnregisterBrokerResponse response = await client.AskAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(new() { BrokerId = 9 }, version);
        Assert.Equal(ErrorCode.BrokerIdNotRegistered, response.ErrorCode);
        Assert.NotEmpty(response.ErrorMessage!);
    }

    [Theory]
    [EveryVersion(ApiKey.UnregisterController)]
    public async Task A_controller_that_is_not_registered_cannot_be_taken_out(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        UnregisterControllerResponse response = await client.AskAsync<UnregisterControllerRequest, UnregisterControllerResponse>(new() { ControllerId = 9 }, version);
        Assert.Equal(ErrorCode.ControllerIdNotRegistered, response.ErrorCode);
        Assert.NotEmpty(response.ErrorMessage!);
    }
}
