using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Tests.Quorum;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Time.Testing;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

/// <summary>What time decides, with brokers 2 and 3 that are played by the test and a controller that is node 1.</summary>
public sealed class QuorumControllerTimersTests : IDisposable
{
    private readonly InMemoryCluster _cluster = new() { Bootstrap = [Feature("metadata.version", 33)] };
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryQuorum _quorum;
    private readonly MetadataLoader _loader;
    private readonly QuorumController _controller;

    public QuorumControllerTimersTests()
    {
        _quorum = _cluster.Node(1);
        QuorumController? controller = null;
        _loader = new MetadataLoader(leader => controller!.OnLeaderChange(leader), _ => { });
        _controller = controller = new QuorumController(
            new ControllerOptions { NodeId = 1, ClusterId = "cluster" }, _quorum, _loader, new TestConfigs(), _time, new Random(1));
        _quorum.Start(_loader);
    }

    public void Dispose() => _controller.Dispose();

    [Fact]
    public async Task A_broker_that_falls_silent_is_fenced_when_its_session_ends_and_the_other_is_not()
    {
        await JoinAsync(2);
        await JoinAsync(3);
        for (int second = 0; second < 9; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await HearAsync(3);
        }
        Assert.True(_loader.Image.Cluster.IsActive(2));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_loader.Image.Cluster.IsActive(2));
        Assert.True(_loader.Image.Cluster.IsActive(3));
    }

    [Fact]
    public async Task A_controller_that_stood_still_does_not_fence_those_it_could_not_hear()
    {
        await JoinAsync(2);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(_loader.Image.Cluster.IsActive(2));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.True(_loader.Image.Cluster.IsActive(2));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_loader.Image.Cluster.IsActive(2));
    }

    [Fact]
    public async Task A_new_controller_gives_brokers_a_whole_session()
    {
        await JoinAsync(2);
        _time.Advance(TimeSpan.FromSeconds(8));
        _quorum.Resign(_quorum.Leader.Epoch);
        _time.Advance(TimeSpan.FromSeconds(8.5));
        Assert.True(_loader.Image.Cluster.IsActive(2));
        _time.Advance(TimeSpan.FromSeconds(0.6));
        Assert.False(_loader.Image.Cluster.IsActive(2));
    }

    [Fact]
    public async Task A_controller_that_does_not_lead_decides_nothing()
    {
        await JoinAsync(2);
        InMemoryQuorum other = _cluster.Node(9);
        other.Start(new MetadataLoader(_ => { }, _ => { }));
        _cluster.Elect(other);
        _time.Advance(TimeSpan.FromSeconds(9.5));
        Assert.True(_loader.Image.Cluster.IsActive(2));
    }

    [Fact]
    public async Task Leaderships_go_back_in_their_interval()
    {
        await JoinAsync(2);
        await JoinAsync(3);
        await _controller.CreateTopicsAsync(new()
        {
            Topics = [new() { Name = "t", NumPartitions = -1, ReplicationFactor = -1, Assignments = [new() { BrokerIds = [2, 3] }] }],
        });
        await FenceAsync(2);
        Assert.Equal(3, Leader());
        await HearAsync(2);
        await InSyncAsync(3, 2);
        for (int second = 0; second < 299; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await HearAsync(2);
            await HearAsync(3);
        }
        Assert.Equal(3, Leader());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Leader());
    }

    private int Leader() => _loader.Image.Topics.Partition(new TopicPartition("t", 0))!.Leader;

    private async Task JoinAsync(int id)
    {
        Assert.Equal(ErrorCode.None, (await _controller.RegisterBrokerAsync(Registrations.Request(id), 4)).ErrorCode);
        await HearAsync(id);
        Assert.True(_loader.Image.Cluster.IsActive(id));
    }

    private async Task HearAsync(int id) => Assert.Equal(ErrorCode.None, (await _controller.HeartbeatBrokerAsync(Heartbeat(id), id)).ErrorCode);

    private async Task FenceAsync(int id)
    {
        BrokerHeartbeatRequest request = Heartbeat(id);
        request.WantFence = true;
        Assert.True((await _controller.HeartbeatBrokerAsync(request, id)).IsFenced);
    }

    private BrokerHeartbeatRequest Heartbeat(int id) => new()
    {
        BrokerId = id,
        BrokerEpoch = _loader.Image.Cluster.Brokers[id].Epoch,
        CurrentMetadataOffset = _loader.Image.Provenance.LastContainedOffset,
    };

    private async Task InSyncAsync(int leader, params int[] others)
    {
        TopicImage topic = _loader.Image.Topics.ByName.GetValueOrDefault("t")!;
        PartitionRegistration partition = topic.Partitions[0];
        AlterPartitionResponse response = await _controller.AlterPartitionAsync(new()
        {
            BrokerId = leader,
            BrokerEpoch = _loader.Image.Cluster.Brokers[leader].Epoch,
            Topics =
            [
                new()
                {
                    TopicId = topic.Id,
                    Partitions = [new() { LeaderEpoch = partition.LeaderEpoch, PartitionEpoch = partition.PartitionEpoch, NewIsr = [leader, .. others] }],
                },
            ],
        });
        Assert.Equal(ErrorCode.None, response.Topics[0].Partitions[0].ErrorCode);
    }
}
