using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

public class MetadataTests
{
    private const int NotAsked = int.MinValue;
    private const int EverythingOnATopic = 0xDF8;
    private const int EverythingOnTheCluster = 0x1FA0;

    [Theory]
    [EveryVersion(ApiKey.Metadata)]
    public async Task A_topic_is_described_as_far_as_the_version_can_say_it(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("broker.rack=r1");
        using TestClient client = await broker.ConnectAsync();

        MetadataResponse response = await AskAsync(client, version, [MemoryBroker.Topic]);

        MetadataResponse.MetadataResponseBroker node = Assert.Single(response.Brokers);
        Assert.Equal((broker.Parts.NodeId, "127.0.0.1", 9092, version >= 1 ? "r1" : null), (node.NodeId, node.Host, node.Port, node.Rack));
        Assert.Equal(version >= 2 ? broker.Parts.ClusterId : null, response.ClusterId);
        Assert.Equal(version >= 1 ? broker.Parts.NodeId : -1, response.ControllerId);
        Assert.Equal((ErrorCode.None, 0, NotAsked), (response.ErrorCode, response.ThrottleTimeMs, response.ClusterAuthorizedOperations));
        MetadataResponse.MetadataResponseTopic topic = Assert.Single(response.Topics);
        Assert.Equal(
            (ErrorCode.None, MemoryBroker.Topic, version >= 10 ? broker.TopicId : Uuid.Zero, false, NotAsked),
            (topic.ErrorCode, topic.Name, topic.TopicId, topic.IsInternal, topic.TopicAuthorizedOperations));
        Assert.Equal([0, 1], topic.Partitions.Select(partition => partition.PartitionIndex));
        Assert.All(topic.Partitions, partition =>
        {
            Assert.Equal(
                (ErrorCode.None, broker.Parts.NodeId, version >= 7 ? broker.LeaderEpoch : -1), (partition.ErrorCode, partition.LeaderId, partition.LeaderEpoch));
            Assert.Equal([broker.Parts.NodeId], partition.ReplicaNodes);
            Assert.Equal([broker.Parts.NodeId], partition.IsrNodes);
            Assert.Empty(partition.OfflineReplicas);
        });
    }

    [Theory]
    [EveryVersion(ApiKey.Metadata)]
    public async Task All_topics_are_asked_for_by_null_and_before_version_1_by_an_empty_list(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        await broker.CreateTopicAsync("__consumer_offsets", 1);
        using TestClient client = await broker.ConnectAsync();

        MetadataResponse all = await AskAsync(client, version, version == 0 ? [] : null);
        Assert.Equal(
            [("__consumer_offsets", version >= 1), (MemoryBroker.Topic, false)],
            all.Topics.Select(topic => (topic.Name!, topic.IsInternal)).OrderBy(topic => topic.Item1, StringComparer.Ordinal));
        if (version >= 1)
        {
            MetadataResponse none = await AskAsync(client, version, []);
            Assert.Empty(none.Topics);
            Assert.Single(none.Brokers);
        }
    }

    [Theory]
    [EveryVersion(ApiKey.Metadata, From = 4)]
    public async Task A_topic_that_is_not_there_is_an_error_of_its_own_and_is_not_created_if_the_client_says_so(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();

        MetadataResponse response = await AskAsync(client, version, ["nothing", MemoryBroker.Topic, "no/topic", ".."], create: false);

        Assert.Equal(
            [
                ("nothing", ErrorCode.UnknownTopicOrPartition, 0),
                (MemoryBroker.Topic, ErrorCode.None, 2),
                ("no/topic", ErrorCode.InvalidTopicException, 0),
                ("..", ErrorCode.InvalidTopicException, 0),
            ],
            response.Topics.Select(topic => (topic.Name!, topic.ErrorCode, topic.Partitions.Count)));
        Assert.Equal(Uuid.Zero, broker.IdOf("nothing"));
    }

    [Theory]
    [EveryVersion(ApiKey.Metadata)]
    public async Task A_topic_is_created_and_answered_with_its_leader(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("num.partitions=3");
        using TestClient client = await broker.ConnectAsync();

        MetadataResponse response = await AskAsync(client, version, ["new", "no/topic", "new"]);

        Assert.Equal(["new", "no/topic"], response.Topics.Select(topic => topic.Name));
        Assert.Equal([ErrorCode.None, ErrorCode.InvalidTopicException], response.Topics.Select(topic => topic.ErrorCode));
        Assert.Equal(version >= 10 ? broker.IdOf("new") : Uuid.Zero, response.Topics[0].TopicId);
        Assert.Equal([1, 1, 1], response.Topics[0].Partitions.Select(partition => partition.LeaderId));
    }

    [Fact]
    public async Task A_topic_is_not_created_where_that_is_switched_off()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("auto.create.topics.enable=false");
        using TestClient client = await broker.ConnectAsync();
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, Assert.Single((await AskAsync(client, 13, ["new"])).Topics).ErrorCode);
        Assert.Equal(Uuid.Zero, broker.IdOf("new"));
    }

    [Theory]
    [EveryVersion(ApiKey.Metadata, From = 12)]
    public async Task A_topic_is_found_by_its_id(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        var unknown = new Uuid(9, 9);

        MetadataResponse response = await client.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest { Topics = [new() { TopicId = broker.TopicId }, new() { TopicId = unknown }, new() { TopicId = broker.TopicId }] }, version);

        Assert.Equal(
            [(ErrorCode.None, MemoryBroker.Topic, broker.TopicId, 2), (ErrorCode.UnknownTopicId, null, unknown, 0)],
            response.Topics.Select(topic => (topic.ErrorCode, topic.Name, topic.TopicId, topic.Partitions.Count)));
    }

    [Theory]
    [EveryVersion(ApiKey.Metadata, From = 10)]
    public async Task An_id_too_early_and_neither_name_nor_id_are_invalid(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        if (version < 12)
        {
            MetadataResponse tooEarly = await client.AskAsync<MetadataRequest, MetadataResponse>(
                new MetadataRequest { Topics = [new() { TopicId = broker.TopicId, Name = MemoryBroker.Topic }] }, version);
            Assert.Equal(ErrorCode.InvalidRequest, Assert.Single(tooEarly.Topics).ErrorCode);
        }

        MetadataResponse neither = await client.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest { Topics = [new() { Name = null }] }, version);
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Single(neither.Topics).ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.Metadata, From = 8)]
    public async Task What_the_client_may_do_is_told_if_it_asks(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();

        MetadataResponse response = await client.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest
            {
                Topics = [new() { Name = MemoryBroker.Topic }],
                IncludeTopicAuthorizedOperations = true,
                IncludeClusterAuthorizedOperations = version <= 10,
            },
            version);

        Assert.Equal(EverythingOnATopic, response.Topics[0].TopicAuthorizedOperations);
        Assert.Equal(version <= 10 ? EverythingOnTheCluster : NotAsked, response.ClusterAuthorizedOperations);
    }

    [Fact]
    public async Task A_restart_raises_the_leader_epoch_and_so_does_a_new_topic_of_a_name_with_another_id()
    {
        MemoryBroker before = await MemoryBroker.StartAsync();
        Uuid id = before.TopicId;
        await before.DisposeAsync();
        await using MemoryBroker broker = await before.RestartAsync();
        using TestClient client = await broker.ConnectAsync();

        MetadataResponse.MetadataResponseTopic topic = Assert.Single((await AskAsync(client, 12, [MemoryBroker.Topic])).Topics);
        Assert.Equal(id, topic.TopicId);
        int leaderEpoch = topic.Partitions[0].LeaderEpoch;
        Assert.True(leaderEpoch > before.LeaderEpoch);

        await broker.DeleteTopicAsync(MemoryBroker.Topic);
        topic = Assert.Single((await AskAsync(client, 12, [MemoryBroker.Topic])).Topics);
        Assert.NotEqual(id, topic.TopicId);
        Assert.Equal((ErrorCode.None, 1), (topic.ErrorCode, topic.Partitions.Count));
        Assert.True(topic.Partitions[0].LeaderEpoch > leaderEpoch);
    }

    private static Task<MetadataResponse> AskAsync(TestClient client, short version, string[]? topics, bool create = true) =>
        client.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest
            {
                Topics = topics is null ? null : [.. topics.Select(topic => new MetadataRequest.MetadataRequestTopic { Name = topic })],
                AllowAutoTopicCreation = create,
            },
            version);
}
