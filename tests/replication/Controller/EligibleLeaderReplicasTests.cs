using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Controller.Given;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

/// <summary>The rules of KIP-966, with min.insync.replicas 2.</summary>
public class EligibleLeaderReplicasTests
{
    private readonly Given _given = new(Feature(FeatureCatalog.EligibleLeaderReplicas, 1));

    public EligibleLeaderReplicasTests()
    {
        _given.Join(1);
        _given.Join(2);
        _given.Join(3);
        _given.Happened([.. TopicOf("t", Id(1), 1, 1, 2, 3), Config("t", "min.insync.replicas", "2")]);
    }

    private PartitionRegistration Now => _given.Partition("t");

    [Fact]
    public void Whoever_leaves_an_isr_that_becomes_too_small_is_eligible()
    {
        Fence(1);
        Assert.Equal(("2,3", ""), (Show(Now.Isr), Show(Now.EligibleLeaderReplicas)));
        Fence(2);
        Assert.Equal(("3", "2"), (Show(Now.Isr), Show(Now.EligibleLeaderReplicas)));
        Fence(3);
        Assert.Empty(Now.Isr);
        Assert.Equal([2, 3], Now.EligibleLeaderReplicas.Order());
        Assert.Equal(("3", -1), (Show(Now.LastKnownElr), Now.Leader));
    }

    [Fact]
    public void An_eligible_replica_leads_without_loss()
    {
        Fence(1);
        Fence(2);
        Fence(3);
        Unfence(1);
        Assert.Equal(-1, Now.Leader);
        Unfence(2);
        Assert.Equal((2, (sbyte)0), (Now.Leader, Now.LeaderRecoveryState));
        Assert.Equal(("2", "3"), (Show(Now.Isr), Show(Now.EligibleLeaderReplicas)));
        Assert.Empty(Now.LastKnownElr);
    }

    [Fact]
    public void Nobody_is_eligible_when_the_isr_is_large_enough_again()
    {
        Fence(1);
        Fence(2);
        Unfence(1);
        Assert.Equal([2], Now.EligibleLeaderReplicas);
        InSync(3, 1);
        Assert.Empty(Now.EligibleLeaderReplicas);
        Assert.Equal([3, 1], Now.Isr);
    }

    [Fact]
    public void Whoever_did_not_end_in_order_may_have_lost_records_and_is_not_eligible()
    {
        Fence(1);
        Fence(2);
        Assert.Equal([2], Now.EligibleLeaderReplicas);
        _given.Register(Registrations.Request(2, incarnation: 2));
        Assert.Equal(("3", ""), (Show(Now.Isr), Show(Now.EligibleLeaderReplicas)));
    }

    [Fact]
    public void Whoever_ended_in_order_stays_eligible()
    {
        Fence(1);
        Fence(2);
        long epoch = _given.Image.Cluster.Brokers[2].Epoch;
        _given.Register(Registrations.Request(2, incarnation: 2, previousEpoch: epoch));
        Assert.Equal([2], Now.EligibleLeaderReplicas);
    }

    [Fact]
    public void Old_brokers_that_do_not_say_how_they_ended_are_not_eligible()
    {
        Fence(1);
        Fence(2);
        long epoch = _given.Image.Cluster.Brokers[2].Epoch;
        _given.Register(Registrations.Request(2, incarnation: 2, previousEpoch: epoch), version: 2);
        Assert.Empty(Now.EligibleLeaderReplicas);
    }

    [Fact]
    public void The_last_leader_leads_when_nobody_surely_has_everything()
    {
        Fence(1);
        Fence(2);
        Fence(3);
        _given.Register(Registrations.Request(2, incarnation: 2));
        _given.Register(Registrations.Request(3, incarnation: 2));
        Assert.Equal(("", "", "3"), (Show(Now.Isr), Show(Now.EligibleLeaderReplicas), Show(Now.LastKnownElr)));
        _given.Hear(_given.Heartbeat(2));
        Assert.Equal(-1, Now.Leader);
        _given.Hear(_given.Heartbeat(3));
        Assert.Equal((3, (sbyte)1), (Now.Leader, Now.LeaderRecoveryState));
        Assert.Equal(("3", "", ""), (Show(Now.Isr), Show(Now.EligibleLeaderReplicas), Show(Now.LastKnownElr)));
    }

    [Fact]
    public void Another_least_number_makes_nobody_eligible()
    {
        Fence(1);
        Fence(2);
        Alter(ConfigResource.Topic("t"), "3");
        Assert.Empty(Now.EligibleLeaderReplicas);
    }

    [Fact]
    public void Another_least_number_of_the_cluster_makes_nobody_eligible_anywhere()
    {
        Fence(1);
        Fence(2);
        Assert.Equal(ErrorCode.None, Alter(ConfigResource.BrokerDefault, "3").ErrorCode);
        Assert.Empty(Now.EligibleLeaderReplicas);
    }

    [Fact]
    public void The_least_number_is_the_clusters_and_not_one_brokers()
    {
        Assert.Equal(
            "Broker-level min.insync.replicas cannot be altered while ELR is enabled.",
            Alter(ConfigResource.Broker(1), "3").ErrorMessage);
        Assert.Equal(
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.",
            Alter(ConfigResource.BrokerDefault, null).ErrorMessage);
        var legacy = new AlterConfigsRequest { Resources = [new() { ResourceType = 4, ResourceName = "2", Configs = [new() { Name = "min.insync.replicas", Value = "1" }] }] };
        Assert.Equal(ErrorCode.InvalidConfig, _given.Then(LegacyAlterConfigs.Decide(_given.Turn, legacy)).Responses[0].ErrorCode);
    }

    [Fact]
    public void A_topic_with_fewer_replicas_than_the_least_number_needs_only_those()
    {
        _given.Happened([.. TopicOf("one", Id(2), 1, 1), Config("one", "min.insync.replicas", "3")]);
        Fence(1);
        PartitionRegistration one = _given.Partition("one");
        Assert.Equal(("", "1", "1"), (Show(one.Isr), Show(one.EligibleLeaderReplicas), Show(one.LastKnownElr)));
        Unfence(1);
        Assert.Equal(("1", 1), (Show(_given.Partition("one").Isr), _given.Partition("one").Leader));
    }

    private void Fence(int id) => _given.Then(FenceBrokers.DecideConnectionLost(
        Heard(id).Turn, id, _given.Image.Cluster.Brokers[id].Epoch, 5));

    private Given Heard(int id)
    {
        _given.Hear(_given.Heartbeat(id), connectionId: 5);
        return _given;
    }

    private void Unfence(int id) => Assert.False(_given.Hear(_given.Heartbeat(id)).IsFenced);

    private void InSync(params int[] isr) => Assert.Equal(ErrorCode.None, _given.Then(AlterPartition.Decide(_given.Turn, new()
    {
        BrokerId = Now.Leader,
        BrokerEpoch = _given.Image.Cluster.Brokers[Now.Leader].Epoch,
        Topics =
        [
            new()
            {
                TopicId = Id(1),
                Partitions = [new() { LeaderEpoch = Now.LeaderEpoch, PartitionEpoch = Now.PartitionEpoch, NewIsr = [.. isr] }],
            },
        ],
    })).Topics[0].Partitions[0].ErrorCode);

    private IncrementalAlterConfigsResponse.AlterConfigsResourceResponse Alter(ConfigResource resource, string? value) =>
        _given.Then(IncrementalAlterConfigs.Decide(_given.Turn, new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new()
                {
                    ResourceType = (sbyte)resource.Type,
                    ResourceName = resource.Name,
                    Configs = [new() { Name = "min.insync.replicas", Value = value, ConfigOperation = value is null ? (sbyte)1 : (sbyte)0 }],
                },
            ],
        })).Responses[0];
}
