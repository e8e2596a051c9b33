using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Replication.Tests.Quorum;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class QuorumControllerTests
{
    private readonly InMemoryCluster _cluster = new() { Bootstrap = [Feature("metadata.version", 33)] };
    private readonly FakeTimeProvider _time = new();
    private int _incarnations;

    [Fact]
    public async Task A_new_log_begins_with_the_bootstrap_records_in_a_transaction()
    {
        Node node = await StartAsync();
        Assert.Equal((short)33, node.Loader.Image.Features.LevelOf("metadata.version"));
        string[] types = [.. _cluster.Committed.SelectMany(batch => batch.Records).Select(record => record.Message.GetType().Name)];
        Assert.Equal(["BeginTransactionRecord", "FeatureLevelRecord", "EndTransactionRecord", "RegisterBrokerRecord", "BrokerRegistrationChangeRecord"], types);
    }

    [Fact]
    public async Task A_restarted_controller_goes_on_with_the_log()
    {
        Node node = await StartAsync();
        await CreateAsync(node, "a");
        int firstEpoch = node.Loader.Image.Topics.Partition(new TopicPartition("a", 0))!.LeaderEpoch;
        await node.Quorum.DisposeAsync();

        Node again = await StartAsync();
        Assert.Single(_cluster.Committed.SelectMany(batch => batch.Records), record => record.Message is FeatureLevelRecord);
        Assert.Equal(ErrorCode.TopicAlreadyExists, await CreateAsync(again, "a"));
        PartitionRegistration partition = again.Loader.Image.Topics.Partition(new TopicPartition("a", 0))!;
        Assert.Equal((1, firstEpoch + 2), (partition.Leader, partition.LeaderEpoch));
    }

    [Fact]
    public async Task A_transaction_that_a_crash_cut_off_is_aborted_first()
    {
        Node node = await StartAsync();
        node.Quorum.Append(1, [Of(new BeginTransactionRecord { Name = "cut off" }), Topic("half", Id(9))]);
        await node.Quorum.DisposeAsync();

        Node again = await StartAsync();
        Assert.Equal(ErrorCode.None, await CreateAsync(again, "whole"));
        Assert.Equal(["whole"], again.Loader.Image.Topics.ByName.Keys);
    }

    [Fact]
    public async Task An_answer_comes_when_its_records_are_committed_and_applied()
    {
        Node node = await StartAsync();
        _cluster.HoldCommits();
        Task<ErrorCode> creation = CreateAsync(node, "a");
        Assert.False(creation.IsCompleted);
        Assert.Equal(0, node.Loader.Image.Topics.Count);
        _cluster.ReleaseCommits();
        Assert.Equal(ErrorCode.None, await creation);
        Assert.True(node.Loader.Image.Topics.TryGet("a", out _));
    }

    [Fact]
    public async Task A_decision_follows_what_is_not_committed_yet_and_its_answer_waits_for_it()
    {
        Node node = await StartAsync();
        _cluster.HoldCommits();
        Task<ErrorCode> first = CreateAsync(node, "a");
        Task<ErrorCode> second = CreateAsync(node, "a");
        Assert.False(second.IsCompleted);
        _cluster.ReleaseCommits();
        Assert.Equal((ErrorCode.None, ErrorCode.TopicAlreadyExists), (await first, await second));
    }

    [Fact]
    public async Task A_wait_for_a_commit_has_the_time_of_its_request()
    {
        Node node = await StartAsync();
        _cluster.HoldCommits();
        ValueTask<CreateTopicsResponse> creation = node.Controller.CreateTopicsAsync(Request("a", timeoutMs: 1_000));
        _time.Advance(TimeSpan.FromMilliseconds(1_001));
        Assert.Equal(ErrorCode.RequestTimedOut, (await creation).Topics[0].ErrorCode);
    }

    [Fact]
    public async Task Who_does_not_lead_decides_nothing()
    {
        Node leader = await StartAsync();
        Node other = Make(2);
        other.Quorum.Start(other.Loader);
        Assert.False(other.Controller.IsActive);
        Assert.Equal(ErrorCode.NotController, await CreateAsync(other, "a"));
        Assert.Equal(ErrorCode.NotController, (await other.Controller.AllocateProducerIdsAsync(new())).ErrorCode);
        Assert.Equal(ErrorCode.None, await CreateAsync(leader, "a"));
        Assert.True(other.Loader.Image.Topics.TryGet("a", out _));
    }

    [Fact]
    public async Task A_leader_replaced_before_its_records_commit_says_that_nothing_happened()
    {
        Node leader = await StartAsync();
        Node other = Make(2);
        other.Quorum.Start(other.Loader);
        leader.Quorum.Isolate();
        Task<ErrorCode> lost = CreateAsync(leader, "lost");
        _cluster.Elect(other.Quorum);
        leader.Quorum.Heal();
        Assert.Equal(ErrorCode.NotController, await lost);
        Assert.False(leader.Loader.Image.Topics.TryGet("lost", out _));
        Assert.True(other.Controller.IsActive);
        Assert.Equal(ErrorCode.None, await CreateAsync(other, "kept"));
        Assert.True(leader.Loader.Image.Topics.TryGet("kept", out _));
    }

    [Fact]
    public async Task A_broken_disk_leaves_the_outcome_unknown()
    {
        Node node = await StartAsync();
        _cluster.HoldCommits();
        Task<ErrorCode> creation = CreateAsync(node, "a");
        node.Quorum.Fail(new IOException());
        Assert.Equal(ErrorCode.RequestTimedOut, await creation);
    }

    [Fact]
    public async Task Producer_ids_are_never_given_twice_over_restarts()
    {
        Node node = await StartAsync();
        AllocateProducerIdsResponse first = await AllocateAsync(node);
        await node.Quorum.DisposeAsync();
        Node again = await StartAsync();
        Assert.Equal(first.ProducerIdStart + 1_000, (await AllocateAsync(again)).ProducerIdStart);
    }

    [Fact]
    public async Task A_thousand_topics_of_ten_partitions_fit_one_request()
    {
        Node node = await StartAsync();
        var request = new CreateTopicsRequest();
        request.Topics.AddRange(Enumerable.Range(0, 1_000).Select(n => new CreateTopicsRequest.CreatableTopic
        {
            Name = "topic-" + n,
            NumPartitions = 10,
            ReplicationFactor = 1,
        }));
        CreateTopicsResponse response = await node.Controller.CreateTopicsAsync(request);
        Assert.All(response.Topics, topic => Assert.Equal(ErrorCode.None, topic.ErrorCode));
        Assert.Equal(10_000, node.Loader.Image.Topics.PartitionCount);
    }

    [Fact]
    public async Task Topics_asked_for_are_created_with_what_they_need()
    {
        Node node = await StartAsync();
        var creator = new AutoTopicCreator(
            new ControllerChannel(node.Controller, () => node.Quorum.Leader, _ => null, new NoPeers()), node.Loader, new AutoTopicOptions { OffsetsTopicPartitions = 5, OffsetsTopicReplicationFactor = 1, OffsetsTopicSegmentBytes = 99 }, NullLogger<AutoTopicCreator>.Instance);
        IReadOnlyDictionary<string, ErrorCode> results = await creator.CreateAsync(["a", "__consumer_offsets", "b ad", "__transaction_state", "a"]);

        Assert.Equal(ErrorCode.None, results["a"]);
        Assert.Equal(ErrorCode.InvalidTopicException, results["b ad"]);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, results["__transaction_state"]);
        Assert.Equal(5, node.Loader.Image.Topics.ByName.GetValueOrDefault("__consumer_offsets")!.Partitions.Length);
        Assert.Equal("compact", node.Loader.Image.Configs.Of(ConfigResource.Topic("__consumer_offsets"))["cleanup.policy"]);
        Assert.Equal(ErrorCode.None, (await creator.CreateAsync(["a"]))["a"]);
    }

    private async Task<Node> StartAsync()
    {
        Node node = Make(1);
        node.Quorum.Start(node.Loader);
        BrokerRegistrationResponse registered = await node.Controller.RegisterBrokerAsync(Registrations.Request(1, incarnation: ++_incarnations), 4);
        Assert.Equal(ErrorCode.None, registered.ErrorCode);
        BrokerHeartbeatResponse heartbeat = await node.Controller.HeartbeatBrokerAsync(
            new() { BrokerId = 1, BrokerEpoch = registered.BrokerEpoch, CurrentMetadataOffset = registered.BrokerEpoch }, null);
        Assert.False(heartbeat.IsFenced);
        return node;
    }

    private static async Task<AllocateProducerIdsResponse> AllocateAsync(Node node) =>
        await node.Controller.AllocateProducerIdsAsync(new() { BrokerId = 1, BrokerEpoch = node.Loader.Image.Cluster.Brokers[1].Epoch });

    private Node Make(int id)
    {
        InMemoryQuorum quorum = _cluster.Node(id);
        QuorumController? controller = null;
        var loader = new MetadataLoader(leader => controller!.OnLeaderChange(leader), _ => { });
        controller = new QuorumController(
            new ControllerOptions { NodeId = id, ClusterId = "cluster" }, quorum, loader, new TestConfigs(), _time, new Random(id));
        return new Node(quorum, loader, controller);
    }

    private static CreateTopicsRequest Request(string name, int timeoutMs = 30_000) => new()
    {
        TimeoutMs = timeoutMs,
        Topics = [new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 }],
    };

    private static async Task<ErrorCode> CreateAsync(Node node, string name) =>
        (await node.Controller.CreateTopicsAsync(Request(name))).Topics[0].ErrorCode;

    private sealed class NoPeers : IPeers
    {
        public IPeerConnection Open(BrokerEndpoint endpoint, IPeerObserver? observer = null) => throw new InvalidOperationException();
    }

    private sealed record Node(InMemoryQuorum Quorum, MetadataLoader Loader, QuorumController Controller);
}
