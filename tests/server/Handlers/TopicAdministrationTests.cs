using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

/// <summary>CreateTopics, DeleteTopics and CreatePartitions over the wire.</summary>
public class TopicAdministrationTests
{
    private const int EverythingTheTopicSets = 1;

    [Theory]
    [EveryVersion(ApiKey.CreateTopics)]
    public async Task A_topic_is_created_with_what_the_request_says(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();

        CreateTopicsResponse.CreatableTopicResult created = Assert.Single(await CreateAsync(
            client, version, new CreateTopicsRequest.CreatableTopic { Name = "t", NumPartitions = 3, ReplicationFactor = 1, Configs = [new() { Name = "retention.ms", Value = "5" }] }));

        Assert.Equal(("t", ErrorCode.None, null), (created.Name, created.ErrorCode, created.ErrorMessage));
        Assert.NotEqual(Uuid.Zero, broker.IdOf("t"));
        Assert.Equal(version >= 7 ? broker.IdOf("t") : Uuid.Zero, created.TopicId);
        Assert.Equal(version >= 5 ? (3, 1) : (-1, -1), (created.NumPartitions, created.ReplicationFactor));
        if (version >= 5)
        {
            CreateTopicsResponse.CreatableTopicConfigs retention = created.Configs!.Single(config => config.Name == "retention.ms");
            Assert.Equal(("5", (sbyte)EverythingTheTopicSets, false, false), (retention.Value, retention.ConfigSource, retention.ReadOnly, retention.IsSensitive));
            Assert.Contains(created.Configs!, config => config is { Name: "cleanup.policy", Value: "delete", ConfigSource: 5 });
        }

        Assert.Equal((3, 3), (await PartitionsOfAsync(client, "t"), broker.Parts.Partitions.All.Count(partition => partition.TopicPartition.Topic == "t" && partition.IsLeader)));
    }

    [Theory]
    [EveryVersion(ApiKey.CreateTopics)]
    public async Task Each_topic_of_a_request_fails_by_itself(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();

        List<CreateTopicsResponse.CreatableTopicResult> results = await CreateAsync(
            client, version,
            New(MemoryBroker.Topic), New("no/topic"), New("."), New(""), New(new string('x', 250)), New("twice"), New("twice"), New("good"),
            New("__cluster_metadata"),
            new() { Name = "zero", NumPartitions = 0, ReplicationFactor = 1 },
            new() { Name = "copies", NumPartitions = 1, ReplicationFactor = 2 },
            new() { Name = "setting", NumPartitions = 1, ReplicationFactor = 1, Configs = [new() { Name = "retention.ms", Value = "soon" }] },
            new() { Name = "no.setting", NumPartitions = 1, ReplicationFactor = 1, Configs = [new() { Name = "nothing", Value = "1" }] },
            new() { Name = "assigned", NumPartitions = -1, ReplicationFactor = -1, Assignments = [new() { PartitionIndex = 0, BrokerIds = [9] }] },
            new() { Name = "both", NumPartitions = 1, ReplicationFactor = -1, Assignments = [new() { PartitionIndex = 0, BrokerIds = [1] }] });

        Assert.Equal(
            new Dictionary<string, ErrorCode>
            {
                [MemoryBroker.Topic] = ErrorCode.TopicAlreadyExists,
                ["no/topic"] = ErrorCode.InvalidTopicException,
                ["."] = ErrorCode.InvalidTopicException,
                [""] = ErrorCode.InvalidTopicException,
                [new string('x', 250)] = ErrorCode.InvalidTopicException,
                ["twice"] = ErrorCode.InvalidRequest,
                ["good"] = ErrorCode.None,
                ["__cluster_metadata"] = ErrorCode.InvalidRequest,
                ["zero"] = ErrorCode.InvalidPartitions,
                ["copies"] = ErrorCode.InvalidReplicationFactor,
                ["setting"] = ErrorCode.InvalidConfig,
                ["no.setting"] = ErrorCode.InvalidConfig,
                ["assigned"] = ErrorCode.InvalidReplicaAssignment,
                ["both"] = ErrorCode.InvalidRequest,
            }.OrderBy(each => each.Key, StringComparer.Ordinal),
            results.Select(result => KeyValuePair.Create(result.Name, result.ErrorCode)).OrderBy(each => each.Key, StringComparer.Ordinal));
        Assert.All(results, result => Assert.Equal(result.ErrorCode == ErrorCode.None, result.ErrorMessage is null));
        Assert.Equal(2, broker.Parts.Image.Topics.ByName.Count);
    }

    [Theory]
    [EveryVersion(ApiKey.CreateTopics)]
    public async Task A_topic_may_only_be_validated(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        var request = new CreateTopicsRequest { ValidateOnly = true, Topics = [New("t"), New(MemoryBroker.Topic)] };

        CreateTopicsResponse response = await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(request, version);

        Assert.Equal(
            [(MemoryBroker.Topic, ErrorCode.TopicAlreadyExists), ("t", ErrorCode.None)],
            response.Topics.Select(topic => (topic.Name, topic.ErrorCode)).OrderBy(topic => topic.Name, StringComparer.Ordinal));
        Assert.Equal(Uuid.Zero, broker.IdOf("t"));
    }

    [Theory]
    [EveryVersion(ApiKey.CreateTopics, From = 4)]
    public async Task The_broker_chooses_what_the_client_leaves_to_it(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("num.partitions=4");
        using TestClient client = await broker.ConnectAsync();
        Assert.Equal(ErrorCode.None, Assert.Single(await CreateAsync(client, version, new CreateTopicsRequest.CreatableTopic { Name = "t", NumPartitions = -1, ReplicationFactor = -1 })).ErrorCode);
        Assert.Equal(4, await PartitionsOfAsync(client, "t"));
    }

    [Theory]
    [EveryVersion(ApiKey.DeleteTopics)]
    public async Task A_topic_that_is_deleted_is_gone_and_its_name_is_free(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        Uuid id = broker.TopicId;

        List<DeleteTopicsResponse.DeletableTopicResult> results = await DeleteAsync(client, version, "nothing", MemoryBroker.Topic);

        Assert.Equal(
            [("nothing", ErrorCode.UnknownTopicOrPartition, Uuid.Zero), (MemoryBroker.Topic, ErrorCode.None, version >= 6 ? id : Uuid.Zero)],
            results.Select(result => (result.Name!, result.ErrorCode, result.TopicId)).OrderBy(result => result.Item1, StringComparer.Ordinal));
        Assert.All(results, result => Assert.Equal(version >= 5 && result.ErrorCode != ErrorCode.None, result.ErrorMessage is not null));
        Assert.Equal(Uuid.Zero, broker.TopicId);
        Assert.Equal(ErrorCode.None, Assert.Single(await CreateAsync(client, 7, New(MemoryBroker.Topic))).ErrorCode);
        Assert.NotEqual(id, broker.TopicId);
    }

    [Theory]
    [EveryVersion(ApiKey.DeleteTopics)]
    public async Task A_topic_named_twice_is_not_deleted(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        DeleteTopicsResponse.DeletableTopicResult result = Assert.Single(await DeleteAsync(client, version, MemoryBroker.Topic, MemoryBroker.Topic));
        Assert.Equal((MemoryBroker.Topic, ErrorCode.InvalidRequest), (result.Name, result.ErrorCode));
        Assert.NotEqual(Uuid.Zero, broker.TopicId);
    }

    [Theory]
    [EveryVersion(ApiKey.DeleteTopics)]
    public async Task Where_deletion_is_switched_off_every_topic_is_refused(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("delete.topic.enable=false");
        using TestClient client = await broker.ConnectAsync();
        Assert.Equal(
            version < 3 ? ErrorCode.InvalidRequest : ErrorCode.TopicDeletionDisabled,
            Assert.Single(await DeleteAsync(client, version, MemoryBroker.Topic)).ErrorCode);
        Assert.NotEqual(Uuid.Zero, broker.TopicId);
    }

    [Fact]
    public async Task From_version_6_a_topic_is_deleted_by_its_id_and_not_by_both()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        Uuid id = broker.TopicId;
        var unknown = new Uuid(9, 9);

        var request = new DeleteTopicsRequest
        {
            Topics = [new() { TopicId = unknown }, new() { Name = MemoryBroker.Topic, TopicId = id }, new() { Name = null }],
        };
        DeleteTopicsResponse refused = await client.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(request, 6);
        Assert.Equal(3, refused.Responses.Count);
        Assert.Equal(ErrorCode.UnknownTopicId, refused.Responses.Single(result => result.TopicId == unknown).ErrorCode);
        Assert.Equal(2, refused.Responses.Count(result => result.ErrorCode == ErrorCode.InvalidRequest));
        Assert.Equal(id, broker.TopicId);

        DeleteTopicsResponse deleted = await client.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new DeleteTopicsRequest { Topics = [new() { TopicId = id }] }, 6);
        DeleteTopicsResponse.DeletableTopicResult result = Assert.Single(deleted.Responses);
        Assert.Equal((MemoryBroker.Topic, id, ErrorCode.None), (result.Name, result.TopicId, result.ErrorCode));
    }

    [Theory]
    [EveryVersion(ApiKey.CreatePartitions)]
    public async Task Every_topic_is_answered_and_new_partitions_can_be_written_to(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        await broker.CreateTopicAsync("fewer", 3);
        await broker.CreateTopicAsync("assigned", 1);
        using TestClient client = await broker.ConnectAsync();

        var request = new CreatePartitionsRequest
        {
            Topics =
            [
                Grow(MemoryBroker.Topic, 4), Grow("fewer", 2), Grow("nothing", 2), Grow("twice", 2), Grow("twice", 2),
                new() { Name = "assigned", Count = 2, Assignments = [new() { BrokerIds = [9] }] },
            ],
        };
        CreatePartitionsResponse response = await client.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(request, version);

        Assert.Equal(
            [
                ("assigned", ErrorCode.InvalidReplicaAssignment), ("fewer", ErrorCode.InvalidPartitions), ("nothing", ErrorCode.UnknownTopicOrPartition),
                (MemoryBroker.Topic, ErrorCode.None), ("twice", ErrorCode.InvalidRequest),
            ],
            response.Results.Select(result => (result.Name, result.ErrorCode)).OrderBy(result => result.Name, StringComparer.Ordinal));
        Assert.All(response.Results, result => Assert.Equal(result.ErrorCode == ErrorCode.None, result.ErrorMessage is null));
        Assert.Equal((4, 3, 1), (await PartitionsOfAsync(client, MemoryBroker.Topic), await PartitionsOfAsync(client, "fewer"), await PartitionsOfAsync(client, "assigned")));
    }

    [Theory]
    [EveryVersion(ApiKey.CreatePartitions)]
    public async Task Partitions_may_only_be_validated(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        var request = new CreatePartitionsRequest { ValidateOnly = true, Topics = [Grow(MemoryBroker.Topic, 5)] };
        CreatePartitionsResponse response = await client.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(request, version);
        Assert.Equal((MemoryBroker.Topic, ErrorCode.None), (response.Results[0].Name, response.Results[0].ErrorCode));
        Assert.Equal(2, await PartitionsOfAsync(client, MemoryBroker.Topic));
    }

    private static CreateTopicsRequest.CreatableTopic New(string name) => new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 };

    private static CreatePartitionsRequest.CreatePartitionsTopic Grow(string name, int count) => new() { Name = name, Count = count, Assignments = null };

    private static async Task<List<CreateTopicsResponse.CreatableTopicResult>> CreateAsync(
        TestClient client, short version, params CreateTopicsRequest.CreatableTopic[] topics) =>
        (await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(new CreateTopicsRequest { Topics = [.. topics] }, version)).Topics;

    private static async Task<List<DeleteTopicsResponse.DeletableTopicResult>> DeleteAsync(TestClient client, short version, params string[] names)
    {
        DeleteTopicsRequest request = version >= 6
            ? new() { Topics = [.. names.Select(name => new DeleteTopicsRequest.DeleteTopicState { Name = name })] }
            : new() { TopicNames = [.. names] };
        return (await client.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(request, version)).Responses;
    }

    private static async Task<int> PartitionsOfAsync(TestClient client, string topic)
    {
        var request = new MetadataRequest { AllowAutoTopicCreation = false, Topics = [new() { Name = topic }] };
        return (await client.AskAsync<MetadataRequest, MetadataResponse>(request, 12)).Topics[0].Partitions.Count;
    }
}
