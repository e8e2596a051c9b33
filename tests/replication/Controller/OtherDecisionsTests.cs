using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class OtherDecisionsTests
{
    [Fact]
    public void Producer_ids_come_in_blocks_of_a_thousand_that_never_overlap()
    {
        var given = Given.OneBroker();
        AllocateProducerIdsResponse first = given.Then(ProducerIds.Decide(given.Turn, new() { BrokerId = 1, BrokerEpoch = 10 }));
        AllocateProducerIdsResponse second = given.Then(ProducerIds.Decide(given.Turn, new() { BrokerId = 1, BrokerEpoch = 10 }));
        Assert.Equal((0, 1000), (first.ProducerIdStart, first.ProducerIdLen));
        Assert.Equal((1000, 1000), (second.ProducerIdStart, second.ProducerIdLen));
        Assert.Equal(2000, given.Image.NextProducerId);
    }

    [Theory]
    [InlineData(1, 9)]
    [InlineData(1, 11)]
    [InlineData(2, 10)]
    public void Producer_ids_are_for_the_present_process_of_a_broker(int brokerId, long brokerEpoch)
    {
        var given = Given.OneBroker();
        AllocateProducerIdsResponse refused = given.Then(ProducerIds.Decide(given.Turn, new() { BrokerId = brokerId, BrokerEpoch = brokerEpoch }));
        Assert.Equal(ErrorCode.StaleBrokerEpoch, refused.ErrorCode);
        Assert.Equal(0, given.Image.NextProducerId);
    }

    [Fact]
    public void Metadata_version_goes_up_but_not_below_what_the_log_may_contain()
    {
        var given = new Given(Broker(1), Feature("metadata.version", 30));
        Assert.Equal(ErrorCode.None, Update(given, "metadata.version", 33, 1).ErrorCode);
        Assert.Equal((short)33, given.Image.Features.LevelOf("metadata.version"));
        UpdateFeaturesResponse refused = Update(given, "metadata.version", 30, 2);
        Assert.Equal(ErrorCode.InvalidUpdateVersion, refused.ErrorCode);
        Assert.Contains("Refusing to perform the requested downgrade", refused.ErrorMessage);
        Assert.Equal((short)33, given.Image.Features.LevelOf("metadata.version"));
    }

    [Fact]
    public void A_downgrade_that_loses_nothing_is_allowed_if_it_is_asked_for_as_one()
    {
        var given = new Given(Broker(1), Feature("metadata.version", 31));
        Assert.Contains("Can't downgrade the version", Update(given, "metadata.version", 30, 1).ErrorMessage);
        Assert.Equal(ErrorCode.None, Update(given, "metadata.version", 30, 2).ErrorCode);
    }

    [Theory]
    [InlineData("metadata.version", 99, 1, "Local controller 1 only supports versions 7-33")]
    [InlineData("metadata.version", 33, 9, "does not support the given upgrade type")]
    [InlineData("group.version", 1, 1, "Local controller 1 does not support this feature.")]
    [InlineData("metadata.version", -1, 1, "cannot be less than 0")]
    public void Features_that_do_not_work_are_not_enabled(string feature, short level, sbyte type, string message)
    {
        UpdateFeaturesResponse response = Update(Given.OneBroker(), feature, level, type);
        Assert.Equal(ErrorCode.InvalidUpdateVersion, response.ErrorCode);
        Assert.StartsWith("The update failed for all features since the following feature had an error:", response.ErrorMessage);
        Assert.Contains(message, response.ErrorMessage);
    }

    [Fact]
    public void Old_versions_of_a_feature_update_are_answered_for_each_feature()
    {
        Assert.Equal("metadata.version", Assert.Single(Update(Given.OneBroker(), "metadata.version", 33, 1, 1).Results).Feature);
        Assert.Empty(Update(Given.OneBroker(), "metadata.version", 33, 1, 2).Results);
    }

    [Fact]
    public void An_election_goes_to_the_preferred_replica_if_it_is_in_sync()
    {
        var given = new Given(
        [
            Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2),
            Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 2 }, 2),
        ]);
        Assert.Equal(ErrorCode.None, Elect(given, 0, "t", 0));
        Assert.Equal((1, 2), (LeaderOf(given, "t").Leader, LeaderOf(given, "t").LeaderEpoch));
        Assert.Equal(ErrorCode.ElectionNotNeeded, Elect(given, 0, "t", 0));
        Assert.Equal(ErrorCode.ElectionNotNeeded, Elect(given, 1, "t", 0));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, Elect(given, 0, "t", 1));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, Elect(given, 0, "x", 0));
    }

    [Fact]
    public void An_unclean_election_takes_what_is_alive_and_makes_it_the_isr()
    {
        var given = new Given(
        [
            Broker(1, fenced: true), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2),
            Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = -1, Isr = [1] }, 2),
        ]);
        Assert.Equal(ErrorCode.PreferredLeaderNotAvailable, Elect(given, 0, "t", 0));
        Assert.Equal(ErrorCode.None, Elect(given, 1, "t", 0));
        PartitionRegistration partition = LeaderOf(given, "t");
        Assert.Equal((2, (sbyte)1), (partition.Leader, partition.LeaderRecoveryState));
        Assert.Equal([2], partition.Isr);
    }

    [Fact]
    public void An_election_for_everything_names_only_what_there_was_to_do()
    {
        var given = Given.OneBroker(TopicOf("t", Id(1), 3, 1));
        ElectLeadersResponse response = given.Then(ElectLeaders.Decide(given.Turn, new ElectLeadersRequest { TopicPartitions = null }));
        Assert.Empty(Assert.Single(response.ReplicaElectionResults).PartitionResult);
    }

    [Fact]
    public void A_broker_says_in_which_directory_a_replica_is_and_the_leader_stays()
    {
        var given = new Given([Broker(1), Broker(2), .. TopicOf("t", Id(1), 2, 2, 1), .. TopicOf("other", Id(2), 1, 2)]);

        AssignReplicasToDirsResponse response = Assign(given, epoch: 10, (Id(7), Id(1), [0, 9]), (Id(8), Id(1), [1]), (Id(8), Id(2), [0]), (Id(8), Id(3), [0]));

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal(
            [
                (Id(7), Id(1), 0, ErrorCode.None), (Id(7), Id(1), 9, ErrorCode.UnknownTopicOrPartition), (Id(8), Id(1), 1, ErrorCode.None),
                (Id(8), Id(2), 0, ErrorCode.NotLeaderOrFollower), (Id(8), Id(3), 0, ErrorCode.UnknownTopicId),
            ],
            response.Directories.SelectMany(directory => directory.Topics.SelectMany(topic =>
                topic.Partitions.Select(partition => (directory.Id, topic.TopicId, partition.PartitionIndex, partition.ErrorCode)))));
        PartitionRegistration partition = LeaderOf(given, "t");
        Assert.Equal([DirectoryIds.Unassigned, Id(7)], partition.Directories);
        Assert.Equal((2, 0, 1), (partition.Leader, partition.LeaderEpoch, partition.PartitionEpoch));
        Assert.Empty(AssignReplicasToDirs.Decide(given.Turn, AssignRequest(10, (Id(7), Id(1), [0]))).Records);
    }

    [Fact]
    public void A_broker_of_a_former_epoch_says_nothing_of_directories()
    {
        var given = Given.OneBroker(TopicOf("t", Id(1), 1, 1));
        Assert.Equal(ErrorCode.StaleBrokerEpoch, Assign(given, epoch: 9, (Id(7), Id(1), [0])).ErrorCode);
        Assert.Equal([DirectoryIds.Unassigned], LeaderOf(given, "t").Directories);
    }

    private static AssignReplicasToDirsResponse Assign(Given given, long epoch, params (Uuid Directory, Uuid Topic, int[] Partitions)[] replicas) =>
        given.Then(AssignReplicasToDirs.Decide(given.Turn, AssignRequest(epoch, replicas)));

    private static AssignReplicasToDirsRequest AssignRequest(long epoch, params (Uuid Directory, Uuid Topic, int[] Partitions)[] replicas) => new()
    {
        BrokerId = 1,
        BrokerEpoch = epoch,
        Directories =
        [
            .. replicas.GroupBy(each => each.Directory).Select(directory => new AssignReplicasToDirsRequest.DirectoryData
            {
                Id = directory.Key,
                Topics =
                [
                    .. directory.Select(each => new AssignReplicasToDirsRequest.TopicData
                    {
                        TopicId = each.Topic,
                        Partitions = [.. each.Partitions.Select(partition => new AssignReplicasToDirsRequest.PartitionData { PartitionIndex = partition })],
                    }),
                ],
            }),
        ],
    };

    private static PartitionRegistration LeaderOf(Given given, string topic) =>
        given.Image.Topics.Partition(new TopicPartition(topic, 0))!;

    private static ErrorCode Elect(Given given, sbyte type, string topic, int partition)
    {
        ElectLeadersResponse response = given.Then(ElectLeaders.Decide(given.Turn, new ElectLeadersRequest
        {
            ElectionType = type,
            TopicPartitions = [new() { Topic = topic, Partitions = [partition] }],
        }));
        return response.ReplicaElectionResults[0].PartitionResult[0].ErrorCode;
    }

    private static UpdateFeaturesResponse Update(Given given, string feature, short level, sbyte type, short version = 2) =>
        given.Then(UpdateFeatures.Decide(
            given.Turn,
            new UpdateFeaturesRequest { FeatureUpdates = [new() { Feature = feature, MaxVersionLevel = level, UpgradeType = type }] },
            version));
}
