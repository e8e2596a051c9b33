using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Controller.Given;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class ReassignmentTests
{
    private readonly Given _given = new([.. Enumerable.Range(1, 6).Select(id => Broker(id)), .. TopicOf("t", Id(1), 1, 1, 2, 3)]);

    private PartitionRegistration Moving => _given.Partition("t");

    [Fact]
    public void A_move_has_the_replicas_of_both_sides_until_the_new_ones_are_in_sync()
    {
        Assert.Equal(ErrorCode.None, Alter(4, 5, 6).Code);
        Assert.Equal([4, 5, 6, 1, 2, 3], Moving.Replicas);
        Assert.Equal(("4,5,6", "1,2,3"), (Show(Moving.AddingReplicas), Show(Moving.RemovingReplicas)));
        Assert.Equal((1, 0), (Moving.Leader, Moving.LeaderEpoch));
        Assert.Equal([Id(2_004), Id(2_005), Id(2_006)], Moving.Directories[..3]);

        Assert.Equal(ErrorCode.None, InSync(1, 2, 3, 4).ErrorCode);
        Assert.True(Moving.IsReassigning);
        AlterPartitionResponse.PartitionData last = InSync(1, 2, 3, 4, 5, 6);
        Assert.Equal(ErrorCode.NewLeaderElected, last.ErrorCode);
        Assert.False(Moving.IsReassigning);
        Assert.Equal([4, 5, 6], Moving.Replicas);
        Assert.Equal([4, 5, 6], Moving.Isr);
        Assert.Equal((4, 1), (Moving.Leader, Moving.LeaderEpoch));
        Assert.Equal(3, Moving.Directories.Length);
    }

    [Fact]
    public void A_leader_that_stays_gets_a_new_epoch_when_others_leave()
    {
        Alter(1, 2, 4);
        AlterPartitionResponse.PartitionData last = InSync(1, 2, 3, 4);
        Assert.Equal((ErrorCode.None, 1, 1), (last.ErrorCode, last.LeaderId, last.LeaderEpoch));
        Assert.Equal([1, 2, 4], Moving.Replicas);
        Assert.Equal([1, 2, 4], last.Isr);
    }

    [Fact]
    public void Fewer_replicas_that_are_all_in_sync_are_there_at_once()
    {
        Alter(2, 3);
        Assert.False(Moving.IsReassigning);
        Assert.Equal(("2,3", 2, 1), (Show(Moving.Replicas), Moving.Leader, Moving.LeaderEpoch));
    }

    [Fact]
    public void Fewer_replicas_wait_until_all_of_them_are_in_sync()
    {
        _given.Happened(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Isr = [1, 2] }, 2));
        Alter(2, 3);
        Assert.True(Moving.IsReassigning);
        Assert.Equal([1, 2], Moving.Isr);
        InSync(1, 2, 3);
        Assert.False(Moving.IsReassigning);
        Assert.Equal([2, 3], Moving.Isr);
    }

    [Fact]
    public void Another_order_of_the_same_replicas_changes_only_who_is_preferred()
    {
        Alter(3, 2, 1);
        Assert.False(Moving.IsReassigning);
        Assert.Equal(("3,2,1", 1, 0), (Show(Moving.Replicas), Moving.Leader, Moving.LeaderEpoch));
        Assert.Equal([Id(2_003), Id(2_002), Id(2_001)], Directories());
    }

    [Fact]
    public void A_move_may_be_changed_to_where_it_came_from_and_removes_nobody_then()
    {
        Alter(4, 5, 6);
        Alter(1, 2, 3);
        Assert.False(Moving.IsReassigning);
        Assert.Equal([1, 2, 3], Moving.Replicas);
        Alter(4, 2, 3);
        Alter(4, 2, 3, 1);
        Assert.False(Moving.IsReassigning);
        Assert.Equal([4, 2, 3, 1], Moving.Replicas);
    }

    [Fact]
    public void A_cancelled_move_goes_back_to_the_former_replicas()
    {
        Alter(4, 5, 6);
        InSync(1, 2, 4);
        Assert.Equal(ErrorCode.None, Cancel().Code);
        Assert.Equal(("1,2,3", "1,2"), (Show(Moving.Replicas), Show(Moving.Isr)));
        Assert.False(Moving.IsReassigning);
        Assert.Equal(1, Moving.LeaderEpoch);
        Assert.Equal((ErrorCode.NoReassignmentInProgress, ErrorCodes.Message(ErrorCode.NoReassignmentInProgress)), (Cancel().Code, Cancel().Message));
    }

    [Theory]
    [InlineData("false", ErrorCode.InvalidReplicaAssignment)]
    [InlineData("true", ErrorCode.None)]
    public void Going_back_to_replicas_that_lack_records_needs_leave(string isAllowed, ErrorCode expected)
    {
        Alter(4, 5, 6);
        _given.Happened(
            Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Isr = [4], Leader = 4 }, 2),
            Config("t", "unclean.leader.election.enable", isAllowed));
        Assert.Equal(expected, Cancel().Code);
        if (expected == ErrorCode.None)
        {
            Assert.Equal(("1,2,3", "1", 1, (sbyte)1), (Show(Moving.Replicas), Show(Moving.Isr), Moving.Leader, Moving.LeaderRecoveryState));
        }
        else
        {
            Assert.Equal(4, Moving.Leader);
        }
    }

    [Theory]
    [InlineData("x", 0, new[] { 1 }, ErrorCode.UnknownTopicOrPartition, "Unable to find a topic named x.")]
    [InlineData("t", 7, new[] { 1 }, ErrorCode.UnknownTopicOrPartition, "Unable to find partition t:7.")]
    [InlineData("t", 0, new int[0], ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes an empty replica list.")]
    [InlineData("t", 0, new[] { 9 }, ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes broker 9, but no such broker is registered.")]
    [InlineData("t", 0, new[] { 1, 1 }, ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes the broker 1 more than once.")]
    public void Bad_moves_are_refused(string topic, int partition, int[] replicas, ErrorCode code, string message)
    {
        var request = new AlterPartitionReassignmentsRequest
        {
            Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = partition, Replicas = [.. replicas] }] }],
        };
        Assert.Equal(new ApiError(code, message), Alter(request));
        Assert.Equal([1, 2, 3], Moving.Replicas);
    }

    [Fact]
    public void The_number_of_replicas_stays_the_same_for_who_wants_that()
    {
        var request = new AlterPartitionReassignmentsRequest
        {
            AllowReplicationFactorChange = false,
            Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Replicas = [1, 2] }] }],
        };
        Assert.Equal(new ApiError(ErrorCode.InvalidReplicationFactor, "The replication factor is changed from 3 to 2"), Alter(request));
        Alter(4, 5, 6);
        request.Topics[0].Partitions[0].Replicas = [4, 5, 1];
        Assert.Equal(ErrorCode.None, Alter(request).Code);
    }

    [Fact]
    public void A_partition_named_twice_is_moved_once()
    {
        var request = new AlterPartitionReassignmentsRequest
        {
            Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Replicas = [1, 4] }, new() { PartitionIndex = 0, Replicas = [1, 5] }] }],
        };
        AlterPartitionReassignmentsResponse response = _given.Then(AlterPartitionReassignments.Decide(_given.Turn, request));
        Assert.Equal([ErrorCode.None, ErrorCode.InvalidRequest], response.Responses[0].Partitions.Select(partition => partition.ErrorCode));
        Assert.Equal([4], Moving.AddingReplicas);
    }

    private Uuid[] Directories() => [.. Moving.Replicas.Select((_, i) => Moving.Directories[i] == DirectoryIds.Unassigned ? Id(2_000 + Moving.Replicas[i]) : Moving.Directories[i])];

    private ApiError Alter(params int[] replicas) => Alter(new AlterPartitionReassignmentsRequest
    {
        Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Replicas = [.. replicas] }] }],
    });

    private ApiError Cancel() => Alter(new AlterPartitionReassignmentsRequest
    {
        Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Replicas = null }] }],
    });

    private ApiError Alter(AlterPartitionReassignmentsRequest request)
    {
        AlterPartitionReassignmentsResponse response = _given.Then(AlterPartitionReassignments.Decide(_given.Turn, request));
        AlterPartitionReassignmentsResponse.ReassignablePartitionResponse partition = Assert.Single(Assert.Single(response.Responses).Partitions);
        return new ApiError(partition.ErrorCode, partition.ErrorMessage);
    }

    private AlterPartitionResponse.PartitionData InSync(params int[] isr) => _given.Then(AlterPartition.Decide(_given.Turn, new()
    {
        BrokerId = Moving.Leader,
        BrokerEpoch = 10,
        Topics =
        [
            new()
            {
                TopicId = Id(1),
                Partitions =
                [
                    new()
                    {
                        LeaderEpoch = Moving.LeaderEpoch,
                        PartitionEpoch = Moving.PartitionEpoch,
                        NewIsrWithEpochs = [.. isr.Select(id => new AlterPartitionRequest.BrokerState { BrokerId = id, BrokerEpoch = 10 })],
                    },
                ],
            },
        ],
    })).Topics[0].Partitions[0];
}
