using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Controller.Registrations;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class HeartbeatBrokerTests
{
    private readonly Given _given = new();

    [Fact]
    public void A_broker_is_unfenced_once_it_has_seen_its_registration()
    {
        long epoch = _given.Register(Request(1)).BrokerEpoch;
        BrokerHeartbeatRequest behind = _given.Heartbeat(1);
        behind.CurrentMetadataOffset = epoch - 1;
        BrokerHeartbeatResponse waiting = _given.Hear(behind);
        Assert.Equal((false, true), (waiting.IsCaughtUp, waiting.IsFenced));
        BrokerHeartbeatResponse unfenced = _given.Hear(_given.Heartbeat(1));
        Assert.Equal((true, false, false), (unfenced.IsCaughtUp, unfenced.IsFenced, unfenced.ShouldShutDown));
        Assert.True(_given.Image.Cluster.IsActive(1));
    }

    [Fact]
    public void A_broker_that_wants_to_be_fenced_is()
    {
        _given.Register(Request(1));
        BrokerHeartbeatRequest request = _given.Heartbeat(1);
        request.WantFence = true;
        BrokerHeartbeatResponse response = _given.Hear(request);
        Assert.Equal((true, true), (response.IsCaughtUp, response.IsFenced));
        _given.Hear(_given.Heartbeat(1));
        Assert.True(_given.Hear(request).IsFenced);
        Assert.True(_given.Image.Cluster.Brokers[1].Fenced);
    }

    [Fact]
    public void Whoever_is_not_registered_or_was_replaced_is_refused()
    {
        Assert.Equal(ErrorCode.StaleBrokerEpoch, _given.Hear(new BrokerHeartbeatRequest { BrokerId = 1, BrokerEpoch = 5 }).ErrorCode);
        _given.Join(1);
        BrokerHeartbeatRequest old = _given.Heartbeat(1);
        old.BrokerEpoch--;
        BrokerHeartbeatResponse refused = _given.Hear(old);
        Assert.Equal((ErrorCode.StaleBrokerEpoch, true), (refused.ErrorCode, refused.IsFenced));
    }

    [Fact]
    public void A_heartbeat_that_changes_nothing_appends_nothing_and_renews_the_session()
    {
        long epoch = _given.Join(1);
        _given.NowSeconds = 5;
        Decision<BrokerHeartbeatResponse> decision = HeartbeatBroker.Decide(_given.Turn, _given.Heartbeat(1), 77);
        Assert.Empty(decision.Records);
        _given.Then(decision);
        BrokerSession session = _given.Sessions.Of(1, epoch)!;
        Assert.Equal((TimeSpan.FromSeconds(5), 77L, false), (session.LastContact, session.ConnectionId!.Value, session.IsSupposed));
    }

    [Fact]
    public void A_broker_that_stops_hands_over_first_and_stops_when_all_others_know()
    {
        Cluster(3);
        _given.Happened(TopicOf("t", Id(1), 1, 1, 2, 3));
        BrokerHeartbeatResponse first = Stop(1);
        Assert.Equal((false, false), (first.ShouldShutDown, first.IsFenced));
        Assert.True(_given.Image.Cluster.Brokers[1].InControlledShutdown);
        Assert.Equal(2, _given.Partition("t").Leader);
        Assert.Equal([2, 3], _given.Partition("t").Isr);

        Assert.False(Stop(1).ShouldShutDown);
        _given.Hear(_given.Heartbeat(2));
        Assert.False(Stop(1).ShouldShutDown);
        _given.Hear(_given.Heartbeat(3));
        BrokerHeartbeatResponse last = Stop(1);
        Assert.Equal((true, true), (last.ShouldShutDown, last.IsFenced));
        Assert.True(_given.Image.Cluster.Brokers[1].Fenced);
        Assert.DoesNotContain(1, _given.Sessions.ByBroker.Keys);
    }

    [Fact]
    public void Offsets_known_before_the_leaders_moved_do_not_let_a_broker_stop()
    {
        Cluster(2);
        _given.Happened(TopicOf("t", Id(1), 1, 1, 2));
        BrokerHeartbeatRequest before = _given.Heartbeat(2);
        Stop(1);
        _given.Hear(before);
        Assert.False(Stop(1).ShouldShutDown);
    }

    [Fact]
    public void A_broker_that_leads_nothing_may_stop_at_once()
    {
        Cluster(2);
        _given.Happened(TopicOf("t", Id(1), 1, 1, 2));
        Assert.True(Stop(2).ShouldShutDown);
        Assert.Equal([1], _given.Partition("t").Isr);
    }

    [Fact]
    public void A_fenced_broker_may_stop_at_once()
    {
        _given.Register(Request(1));
        BrokerHeartbeatResponse response = Stop(1);
        Assert.Equal((true, true), (response.ShouldShutDown, response.IsFenced));
    }

    [Fact]
    public void The_only_broker_may_stop_although_nobody_takes_over()
    {
        Cluster(1);
        _given.Happened(TopicOf("t", Id(1), 2, 1));
        Assert.False(Stop(1).ShouldShutDown);
        Assert.Equal(-1, _given.Partition("t").Leader);
        Assert.Equal([1], _given.Partition("t").Isr);
        Assert.True(Stop(1).ShouldShutDown);
    }

    [Fact]
    public void A_new_controller_lets_a_broker_stop_only_when_it_has_heard_of_the_others()
    {
        Cluster(2);
        _given.Happened(TopicOf("t", Id(1), 1, 1, 2));
        Stop(1);
        _given.Sessions = BrokerSessions.Begin(_given.Image, nodeId: 9, TimeSpan.Zero);
        Assert.False(Stop(1).ShouldShutDown);
        _given.Hear(_given.Heartbeat(2));
        Assert.True(Stop(1).ShouldShutDown);
    }

    [Fact]
    public void A_broker_that_stops_is_given_nothing_to_lead()
    {
        Cluster(2);
        _given.Happened(TopicOf("t", Id(1), 1, 1, 2));
        Stop(1);
        Assert.Equal(ErrorCode.None, _given.Create("new", 4, 1).ErrorCode);
        Assert.All(_given.Image.Topics.ByName.GetValueOrDefault("new")!.Partitions, partition => Assert.Equal([2], partition.Replicas));
    }

    [Fact]
    public void Replicas_in_a_directory_that_is_lost_leave_the_isr()
    {
        BrokerRegistrationRequest two = Request(1);
        two.LogDirs = [Id(51), Id(52)];
        _given.Register(two);
        _given.Hear(_given.Heartbeat(1));
        _given.Join(2);
        _given.Happened([Topic("t", Id(1)), In(0, Id(51)), In(1, Id(52))]);
        BrokerHeartbeatRequest request = _given.Heartbeat(1);
        request.OfflineLogDirs = [Id(51)];
        _given.Hear(request);
        Assert.Equal([Id(52)], _given.Image.Cluster.Brokers[1].Directories);
        Assert.Equal((2, 1), (_given.Partition("t").Leader, _given.Partition("t", 1).Leader));
        Assert.Equal([2], _given.Partition("t").Isr);
        Assert.Equal([1, 2], _given.Partition("t", 1).Isr);
        Assert.Empty(HeartbeatBroker.Decide(_given.Turn, request, null).Records);
    }

    [Fact]
    public void Directories_that_take_no_replicas_are_remembered_and_avoided()
    {
        Cluster(2);
        BrokerHeartbeatRequest request = _given.Heartbeat(1);
        request.CordonedLogDirs = [Id(2_001)];
        _given.Hear(request);
        Assert.False(_given.Image.Cluster.Brokers[1].TakesReplicas);
        Assert.Empty(HeartbeatBroker.Decide(_given.Turn, request, null).Records);
        Assert.Equal(ErrorCode.InvalidReplicationFactor, _given.Create("two", 1, 2).ErrorCode);
        _given.Create("one", 3, 1);
        Assert.All(_given.Image.Topics.ByName.GetValueOrDefault("one")!.Partitions, partition => Assert.Equal([2], partition.Replicas));
        request.CordonedLogDirs = [];
        _given.Hear(request);
        Assert.True(_given.Image.Cluster.Brokers[1].TakesReplicas);
    }

    private void Cluster(int brokers)
    {
        for (int id = 1; id <= brokers; id++)
        {
            _given.Join(id);
        }
    }

    private BrokerHeartbeatResponse Stop(int id)
    {
        BrokerHeartbeatRequest request = _given.Heartbeat(id);
        request.WantShutDown = true;
        return _given.Hear(request);
    }

    private static MetadataRecord In(int index, Uuid directory)
    {
        MetadataRecord record = Partition(Id(1), index, 1, 2);
        ((PartitionRecord)record.Message).Directories = [directory, Id(2_002)];
        return record;
    }
}
