using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Controller.Given;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

/// <summary>Directories, elections that nobody asks for, and what is forgotten.</summary>
public class PartitionDecisionsTests
{
    [Fact]
    public void A_broker_says_in_which_directory_a_replica_is()
    {
        var given = new Given([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2)]);
        Assert.Equal(ErrorCode.None, Assign(given, Id(2_001), Id(1), 0));
        Assert.Equal(Id(2_001), given.Partition("t").DirectoryOf(1));
        Assert.Equal((1, 0), (given.Partition("t").Leader, given.Partition("t").LeaderEpoch));
        Assert.Empty(AssignReplicasToDirs.Decide(given.Turn, Assignment(1, 10, Id(2_001), Id(1), 0)).Records);
    }

    [Fact]
    public void A_replica_in_a_directory_that_is_lost_leaves_the_isr()
    {
        var given = new Given([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2)]);
        Assert.Equal(ErrorCode.None, Assign(given, Id(99), Id(1), 0));
        Assert.Equal((2, 1), (given.Partition("t").Leader, given.Partition("t").LeaderEpoch));
        Assert.Equal([2], given.Partition("t").Isr);
        Assert.Equal(Id(99), given.Partition("t").DirectoryOf(1));
    }

    [Fact]
    public void A_broker_speaks_only_of_its_own_replicas()
    {
        var given = new Given([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 2)]);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, Assign(given, Id(2_001), Id(1), 0));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, Assign(given, Id(2_001), Id(1), 5));
        Assert.Equal(ErrorCode.UnknownTopicId, Assign(given, Id(2_001), Id(9), 0));
        Assert.Equal(
            ErrorCode.StaleBrokerEpoch, given.Then(AssignReplicasToDirs.Decide(given.Turn, Assignment(1, 9, Id(2_001), Id(1), 0))).ErrorCode);
        given.Happened(Feature("metadata.version", 16));
        Assert.Equal(
            ErrorCode.UnsupportedVersion, given.Then(AssignReplicasToDirs.Decide(given.Turn, Assignment(1, 10, Id(2_001), Id(1), 0))).ErrorCode);
    }

    [Fact]
    public void Leaderships_go_back_to_the_preferred_replicas_that_are_in_sync()
    {
        var given = new Given(
        [
            Broker(1), Broker(2), .. TopicOf("t", Id(1), 3, 1, 2),
            Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 2 }, 2),
            Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 1, Leader = 2, Isr = [2] }, 2),
        ]);
        Assert.False(given.Then(LeaderElections.DecidePreferred(given.Turn)));
        Assert.Equal([1, 2, 1], Enumerable.Range(0, 3).Select(i => given.Partition("t", i).Leader));
        Assert.Empty(LeaderElections.DecidePreferred(given.Turn).Records);
    }

    [Fact]
    public void Many_leaderships_go_back_a_thousand_at_a_time()
    {
        var given = new Given([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1_500, 1, 2)]);
        given.Happened(Enumerable.Range(0, 1_500).Select(i => Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = i, Leader = 2 }, 2)));
        Assert.True(given.Then(LeaderElections.DecidePreferred(given.Turn)));
        Assert.False(given.Then(LeaderElections.DecidePreferred(given.Turn)));
        Assert.All(given.Image.Topics.ByName.GetValueOrDefault("t")!.Partitions, partition => Assert.Equal(1, partition.Leader));
    }

    [Theory]
    [InlineData("true", 2)]
    [InlineData("false", -1)]
    public void A_partition_without_a_leader_gets_an_unclean_one_only_where_that_is_allowed(string isAllowed, int leader)
    {
        var given = new Given(
        [
            Broker(1, fenced: true), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2),
            Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = -1, Isr = [1] }, 2),
            Config("t", "unclean.leader.election.enable", isAllowed),
        ]);
        given.Then(LeaderElections.DecideUnclean(given.Turn));
        Assert.Equal(leader, given.Partition("t").Leader);
        Assert.Equal(leader == 2 ? (sbyte)1 : (sbyte)0, given.Partition("t").LeaderRecoveryState);
    }

    [Fact]
    public void Settings_of_a_topic_come_before_those_of_node_cluster_and_start()
    {
        var given = new Given(TopicOf("t", Id(1), 1, 1, 2, 3, 4, 5)) { Options = new() { NodeId = 1, ClusterId = "cluster", MinInsyncReplicas = 2 } };
        Assert.Equal(2, Least());
        given.Happened(Of(new ConfigRecord { ResourceType = 4, ResourceName = "", Name = "min.insync.replicas", Value = "3" }));
        Assert.Equal(3, Least());
        given.Happened(Of(new ConfigRecord { ResourceType = 4, ResourceName = "1", Name = "min.insync.replicas", Value = "4" }));
        Assert.Equal(4, Least());
        given.Happened(Config("t", "min.insync.replicas", "1"));
        Assert.Equal(1, Least());
        given.Happened(Config("t", "min.insync.replicas", "9"));
        Assert.Equal(5, Least());
        int Least() => given.Turn.MinInsyncReplicas("t", 5);
    }

    [Fact]
    public void A_broker_that_is_unregistered_is_forgotten_and_leads_nothing()
    {
        var given = new Given([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2)]);
        UnregisterBrokerResponse response = given.Then(UnregisterBroker.Decide(given.Turn, new() { BrokerId = 1 }));
        Assert.Equal((ErrorCode.None, null), (response.ErrorCode, response.ErrorMessage));
        Assert.Equal([2], given.Image.Cluster.Brokers.Keys);
        Assert.Equal((2, "2"), (given.Partition("t").Leader, Show(given.Partition("t").Isr)));
        response = given.Then(UnregisterBroker.Decide(given.Turn, new() { BrokerId = 1 }));
        Assert.Equal((ErrorCode.BrokerIdNotRegistered, "Broker ID 1 is not currently registered"), (response.ErrorCode, response.ErrorMessage));
    }

    [Fact]
    public void Controllers_are_registered_and_forgotten()
    {
        var given = new Given();
        var request = new ControllerRegistrationRequest
        {
            ControllerId = 7,
            IncarnationId = Id(3),
            Listeners = [new() { Name = "CONTROLLER", Host = "h", Port = 9093 }],
            Features = [new() { Name = "metadata.version", MinSupportedVersion = 7, MaxSupportedVersion = 33 }],
        };
        Assert.Equal(ErrorCode.None, given.Then(ControllerRegistrations.Decide(given.Turn, request)).ErrorCode);
        RegisterControllerRecord controller = given.Image.Cluster.Controllers[7];
        Assert.Equal((Id(3), "h", 9093), (controller.IncarnationId, controller.EndPoints[0].Host, controller.EndPoints[0].Port));
        Assert.Equal(33, controller.Features[0].MaxSupportedVersion);
        Assert.Equal(ErrorCode.None, Forget());
        Assert.Equal(ErrorCode.ControllerIdNotRegistered, Forget());
        given.Happened(Feature("metadata.version", 14));
        Assert.Equal(ErrorCode.UnsupportedVersion, Forget());
        Assert.Equal(ErrorCode.UnsupportedVersion, given.Then(ControllerRegistrations.Decide(given.Turn, request)).ErrorCode);
        ErrorCode Forget() => given.Then(ControllerRegistrations.Decide(given.Turn, new UnregisterControllerRequest { ControllerId = 7 })).ErrorCode;
    }

    [Fact]
    public void A_feature_needs_every_controller_that_may_come_to_decide()
    {
        var given = new Given(Broker(1), Feature("metadata.version", 30));
        ControllerTurn turn = given.Turn with { Voters = [1, 2] };
        var request = new UpdateFeaturesRequest { FeatureUpdates = [new() { Feature = "metadata.version", MaxVersionLevel = 33, UpgradeType = 1 }] };
        Assert.Contains("controller 2 has not registered", UpdateFeatures.Decide(turn, request, 2).Response.ErrorMessage);
        turn = turn with { Image = given.Image.Apply(Controller(2, 32)) };
        Assert.Contains("Controller 2 only supports versions 7-32", UpdateFeatures.Decide(turn, request, 2).Response.ErrorMessage);
        turn = turn with { Image = given.Image.Apply(Controller(2, 33)) };
        Assert.Equal(ErrorCode.None, UpdateFeatures.Decide(turn, request, 2).Response.ErrorCode);
    }

    private static MetadataRecord Controller(int id, short maxVersion) => Of(new RegisterControllerRecord
    {
        ControllerId = id,
        Features = [new() { Name = "metadata.version", MinSupportedVersion = 7, MaxSupportedVersion = maxVersion }],
    });

    private static ErrorCode Assign(Given given, Uuid directory, Uuid topic, int partition)
    {
        AssignReplicasToDirsResponse response = given.Then(AssignReplicasToDirs.Decide(given.Turn, Assignment(1, 10, directory, topic, partition)));
        Assert.Equal((ErrorCode.None, directory), (response.ErrorCode, response.Directories[0].Id));
        return response.Directories[0].Topics[0].Partitions[0].ErrorCode;
    }

    private static AssignReplicasToDirsRequest Assignment(int broker, long epoch, Uuid directory, Uuid topic, int partition) => new()
    {
        BrokerId = broker,
        BrokerEpoch = epoch,
        Directories = [new() { Id = directory, Topics = [new() { TopicId = topic, Partitions = [new() { PartitionIndex = partition }] }] }],
    };
}
