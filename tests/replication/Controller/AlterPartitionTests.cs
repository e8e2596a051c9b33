using Compat.Replication.Controller;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class AlterPartitionTests
{
    private readonly Given _given = new(
    [
        Broker(1), Broker(2), Broker(3), Broker(4, fenced: true), .. TopicOf("t", Id(1), 2, 1, 2, 3, 4),
        Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Isr = [1, 2] }, 2),
    ]);

    [Fact]
    public void A_leader_says_who_is_in_sync()
    {
        AlterPartitionResponse.PartitionData grown = Alter(Request([1, 2, 3]));
        Assert.Equal((ErrorCode.None, 1, 0, 2), (grown.ErrorCode, grown.LeaderId, grown.LeaderEpoch, grown.PartitionEpoch));
        Assert.Equal([1, 2, 3], grown.Isr);
        AlterPartitionResponse.PartitionData shrunk = Alter(Request([1], partitionEpoch: 2));
        Assert.Equal((ErrorCode.None, 0, 3), (shrunk.ErrorCode, shrunk.LeaderEpoch, shrunk.PartitionEpoch));
        Assert.Equal([1], _given.Partition("t").Isr);
    }

    [Fact]
    public void A_set_that_is_there_already_changes_nothing()
    {
        AlterPartitionResponse.PartitionData same = Alter(Request([1, 2]));
        Assert.Equal((ErrorCode.None, 1), (same.ErrorCode, same.PartitionEpoch));
        Assert.Equal(1, _given.Partition("t").PartitionEpoch);
    }

    [Fact]
    public void Version_2_names_brokers_without_their_epochs()
    {
        AlterPartitionRequest request = Request([]);
        request.Topics[0].Partitions[0].NewIsr = [1, 2, 3];
        Assert.Equal(ErrorCode.None, Alter(request).ErrorCode);
        Assert.Equal([1, 2, 3], _given.Partition("t").Isr);
    }

    [Fact]
    public void Before_3_6_a_smaller_set_raises_the_leader_epoch()
    {
        _given.Happened(Feature("metadata.version", 11));
        Assert.Equal(0, Alter(Request([1, 2, 3])).LeaderEpoch);
        Assert.Equal(1, Alter(Request([1], partitionEpoch: 2)).LeaderEpoch);
    }

    [Theory]
    [InlineData(1, 0, 2, ErrorCode.NotController)]
    [InlineData(1, 1, 1, ErrorCode.NotController)]
    [InlineData(1, -1, 1, ErrorCode.FencedLeaderEpoch)]
    [InlineData(2, 0, 1, ErrorCode.InvalidRequest)]
    [InlineData(1, 0, 0, ErrorCode.InvalidUpdateVersion)]
    public void Only_the_leader_of_the_present_epochs_is_heard(int broker, int leaderEpoch, int partitionEpoch, ErrorCode expected) =>
        Refuse(expected, Request([1, 2, 3], leaderEpoch, partitionEpoch, broker));

    [Theory]
    [InlineData(new[] { 2, 3 }, 0, ErrorCode.InvalidRequest)]
    [InlineData(new[] { 1, 1 }, 0, ErrorCode.InvalidRequest)]
    [InlineData(new[] { 1, 5 }, 0, ErrorCode.InvalidRequest)]
    [InlineData(new[] { 1 }, 1, ErrorCode.InvalidRequest)]
    [InlineData(new[] { 1 }, 7, ErrorCode.InvalidRequest)]
    [InlineData(new[] { 1, 4 }, 0, ErrorCode.IneligibleReplica)]
    public void Only_replicas_that_live_can_be_in_sync_and_the_leader_is(int[] isr, sbyte recovery, ErrorCode expected)
    {
        AlterPartitionRequest request = Request(isr);
        request.Topics[0].Partitions[0].LeaderRecoveryState = recovery;
        Refuse(expected, request);
    }

    [Fact]
    public void A_replica_of_a_former_process_or_of_a_broker_that_stops_is_not_eligible()
    {
        AlterPartitionRequest former = Request([1, 2, 3]);
        former.Topics[0].Partitions[0].NewIsrWithEpochs[2].BrokerEpoch = 9;
        Refuse(ErrorCode.IneligibleReplica, former);
        former.Topics[0].Partitions[0].NewIsrWithEpochs[2].BrokerEpoch = 10;
        _given.Happened(Of(new BrokerRegistrationChangeRecord { BrokerId = 3, BrokerEpoch = 10, InControlledShutdown = 1 }, 1));
        Refuse(ErrorCode.IneligibleReplica, former);
        _given.Happened(Of(new UnregisterBrokerRecord { BrokerId = 3, BrokerEpoch = 10 }));
        Refuse(ErrorCode.IneligibleReplica, former);
    }

    [Fact]
    public void A_leader_that_has_recovered_says_so_once()
    {
        _given.Happened(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Isr = [1], LeaderRecoveryState = 1 }, 2));
        AlterPartitionRequest recovering = Request([1, 2], partitionEpoch: 2);
        recovering.Topics[0].Partitions[0].LeaderRecoveryState = 1;
        Refuse(ErrorCode.InvalidRequest, recovering);
        Assert.Equal((sbyte)0, Alter(Request([1], partitionEpoch: 2)).LeaderRecoveryState);
        Assert.Equal(0, _given.Partition("t").LeaderRecoveryState);
    }

    [Fact]
    public void Unknown_topics_and_partitions_are_said_to_be()
    {
        AlterPartitionRequest topic = Request([1]);
        topic.Topics[0].TopicId = Id(9);
        Refuse(ErrorCode.UnknownTopicId, topic);
        AlterPartitionRequest partition = Request([1]);
        partition.Topics[0].Partitions[0].PartitionIndex = 5;
        Refuse(ErrorCode.UnknownTopicOrPartition, partition);
    }

    [Fact]
    public void A_former_process_is_not_heard_at_all()
    {
        AlterPartitionRequest request = Request([1]);
        request.BrokerEpoch = 9;
        AlterPartitionResponse response = _given.Then(AlterPartition.Decide(_given.Turn, request));
        Assert.Equal((ErrorCode.StaleBrokerEpoch, 0), (response.ErrorCode, response.Topics.Count));
    }

    [Fact]
    public void Each_partition_succeeds_or_fails_by_itself()
    {
        AlterPartitionRequest request = Request([1, 2, 3]);
        request.Topics[0].Partitions.Add(Request([1], partitionEpoch: 7).Topics[0].Partitions[0]);
        request.Topics[0].Partitions[1].PartitionIndex = 1;
        AlterPartitionResponse response = _given.Then(AlterPartition.Decide(_given.Turn, request));
        Assert.Equal([ErrorCode.None, ErrorCode.NotController], response.Topics[0].Partitions.Select(partition => partition.ErrorCode));
    }

    private static AlterPartitionRequest Request(int[] isr, int leaderEpoch = 0, int partitionEpoch = 1, int broker = 1) => new()
    {
        BrokerId = broker,
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
                        PartitionIndex = 0,
                        LeaderEpoch = leaderEpoch,
                        PartitionEpoch = partitionEpoch,
                        NewIsrWithEpochs = [.. isr.Select(id => new AlterPartitionRequest.BrokerState { BrokerId = id, BrokerEpoch = -1 })],
                    },
                ],
            },
        ],
    };

    private AlterPartitionResponse.PartitionData Alter(AlterPartitionRequest request) =>
        Assert.Single(Assert.Single(_given.Then(AlterPartition.Decide(_given.Turn, request)).Topics).Partitions);

    private void Refuse(ErrorCode expected, AlterPartitionRequest request)
    {
        Decision<AlterPartitionResponse> decision = AlterPartition.Decide(_given.Turn, request);
        Assert.Empty(decision.Records);
        Assert.Equal(expected, Assert.Single(Assert.Single(decision.Response.Topics).Partitions).ErrorCode);
    }
}
