using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Groups;

public class OffsetsTests
{
    private static readonly Uuid NoSuchTopic = new(9, 9);

    [Theory]
    [EveryVersion(ApiKey.OffsetCommit)]
    public async Task What_is_committed_in_one_version_is_fetched_in_every(short commit)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        OffsetCommitResponse.OffsetCommitResponseTopic committed = await client.CommitAsync(commit, "g", MemoryBroker.Topic, broker.TopicId, 42, 0, 1, 2);
        Assert.Equal(commit < 10 ? (MemoryBroker.Topic, Uuid.Zero) : ("", broker.TopicId), (committed.Name, committed.TopicId));
        Assert.Equal(
            [(0, ErrorCode.None), (1, ErrorCode.None), (2, ErrorCode.UnknownTopicOrPartition)],
            committed.Partitions.Select(partition => (partition.PartitionIndex, partition.ErrorCode)));

        for (short fetch = 1; fetch <= 10; fetch++)
        {
            int epoch = commit >= 6 && fetch >= 5 ? 4 : -1;
            Assert.Equal(
                [(0, 42, epoch, "note", ErrorCode.None), (1, 42, epoch, "note", ErrorCode.None), (2, -1, -1, "", ErrorCode.None)],
                await FetchAsync(broker, client, fetch, "g", 0, 1, 2));
        }
    }

    [Theory]
    [EveryVersion(ApiKey.OffsetCommit)]
    public async Task A_topic_that_does_not_exist_takes_no_commits(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        OffsetCommitResponse.OffsetCommitResponseTopic committed = await client.CommitAsync(version, "g", "nothing", NoSuchTopic, 1, 0, 1);
        ErrorCode expected = version < 10 ? ErrorCode.UnknownTopicOrPartition : ErrorCode.UnknownTopicId;
        Assert.Equal([(0, expected), (1, expected)], committed.Partitions.Select(partition => (partition.PartitionIndex, partition.ErrorCode)));
    }

    [Theory]
    [EveryVersion(ApiKey.OffsetFetch)]
    public async Task A_group_that_nobody_knows_has_no_offsets_and_no_error(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        Assert.Equal([(0, -1, -1, "", ErrorCode.None)], await FetchAsync(broker, client, version, "nobody", 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(10)]
    public async Task Without_a_coordinator_the_error_is_where_the_version_has_it(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        if (version == 1)
        {
            Assert.Equal([(0, -1, -1, "", ErrorCode.NotCoordinator)], await FetchAsync(broker, client, version, "g", 0));
        }
        else if (version < 8)
        {
            OffsetFetchResponse response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(Single("g", [0]), version);
            Assert.Equal((ErrorCode.NotCoordinator, 0), (response.ErrorCode, response.Topics.Count));
        }
        else
        {
            OffsetFetchResponse response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(Batch(broker, version, "g", [0]), version);
            Assert.Equal((ErrorCode.NotCoordinator, "g", 0), (response.Groups[0].ErrorCode, response.Groups[0].GroupId, response.Groups[0].Topics.Count));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task All_offsets_of_a_group_can_be_asked_for(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.CommitAsync(9, "g", MemoryBroker.Topic, default, 42, 0, 1);
        OffsetFetchRequest request = version < 8
            ? new OffsetFetchRequest { GroupId = "g", Topics = null }
            : new OffsetFetchRequest { Groups = [new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = "g", Topics = null }] };
        OffsetFetchResponse response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(request, version);
        if (version < 8)
        {
            Assert.Equal((MemoryBroker.Topic, 2), (response.Topics[0].Name, response.Topics[0].Partitions.Count));
        }
        else
        {
            OffsetFetchResponse.OffsetFetchResponseTopics topic = Assert.Single(response.Groups[0].Topics);
            Assert.Equal(version < 10 ? (MemoryBroker.Topic, Uuid.Zero) : ("", broker.TopicId), (topic.Name, topic.TopicId));
            Assert.Equal([42, 42], topic.Partitions.Select(partition => partition.CommittedOffset));
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData("ü€😀", "ü€😀")]
    [InlineData("nul\0 and\nline", "nul\0 and\nline")]
    public async Task What_a_client_says_about_its_offset_comes_back_byte_for_byte(string? metadata, string expected)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        var commit = new OffsetCommitRequest
        {
            GroupId = "g",
            Topics = [new() { Name = MemoryBroker.Topic, Partitions = [new() { PartitionIndex = 0, CommittedOffset = 1, CommittedMetadata = metadata }] }],
        };
        OffsetCommitResponse committed = await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(commit, 9);
        Assert.Equal(ErrorCode.None, committed.Topics[0].Partitions[0].ErrorCode);
        Assert.Equal(expected, Assert.Single(await FetchAsync(broker, client, 9, "g", 0)).Metadata);
    }

    [Fact]
    public async Task Several_groups_are_answered_in_their_order()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.CommitAsync(9, "a", MemoryBroker.Topic, default, 1, 0);
        await client.CommitAsync(9, "b", MemoryBroker.Topic, default, 2, 0);
        var request = new OffsetFetchRequest
        {
            Groups = [.. new[] { "b", "none", "a" }.Select(group => new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = group, Topics = null })],
        };
        OffsetFetchResponse response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(request, 9);
        Assert.Equal(["b", "none", "a"], response.Groups.Select(group => group.GroupId));
        Assert.Equal([2, 1], response.Groups.SelectMany(group => group.Topics).Select(topic => topic.Partitions[0].CommittedOffset));
    }

    [Fact]
    public async Task A_topic_id_that_nobody_knows_is_answered_by_itself()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        OffsetFetchRequest request = Batch(broker, 10, "g", [0]);
        request.Groups[0].Topics!.Insert(0, new OffsetFetchRequest.OffsetFetchRequestTopics { TopicId = NoSuchTopic, PartitionIndexes = [5] });
        OffsetFetchResponse response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(request, 10);
        Assert.Equal(
            [(broker.TopicId, 0, ErrorCode.None), (NoSuchTopic, 5, ErrorCode.UnknownTopicId)],
            response.Groups[0].Topics.Select(topic => (topic.TopicId, topic.Partitions[0].PartitionIndex, topic.Partitions[0].ErrorCode)));
    }

    [Fact]
    public async Task Offsets_go_with_their_topic_and_a_new_one_of_its_name_begins_without()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.CommitAsync(9, "g", MemoryBroker.Topic, default, 42, 0);
        await broker.DeleteTopicAsync(MemoryBroker.Topic);
        await broker.CreateTopicAsync(MemoryBroker.Topic, 2);
        Assert.Equal([(0, -1, -1, "", ErrorCode.None)], await FetchAsync(broker, client, 10, "g", 0));
        Assert.Equal([(0, -1, -1, "", ErrorCode.None)], await FetchAsync(broker, client, 9, "g", 0));
    }

    [Theory]
    [EveryVersion(ApiKey.OffsetDelete)]
    public async Task OffsetDelete_answers_every_partition(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.CommitAsync(9, "g", MemoryBroker.Topic, default, 42, 0, 1);
        OffsetDeleteResponse response = await DeleteAsync(client, version, "g", (MemoryBroker.Topic, [0, 7]), ("nothing", [0]));
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal(
            [(MemoryBroker.Topic, 0, ErrorCode.None), (MemoryBroker.Topic, 7, ErrorCode.UnknownTopicOrPartition), ("nothing", 0, ErrorCode.UnknownTopicOrPartition)],
            response.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.PartitionIndex, partition.ErrorCode))));
        Assert.Equal([-1, 42], (await FetchAsync(broker, client, 9, "g", 0, 1)).Select(partition => partition.Offset));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await DeleteAsync(client, version, "nobody", (MemoryBroker.Topic, [0]))).ErrorCode);
        Assert.Equal(ErrorCode.GroupIdNotFound, (await DeleteAsync(client, version, "nobody", ("nothing", [0]))).ErrorCode);
    }

    private static Task<OffsetDeleteResponse> DeleteAsync(TestClient client, short version, string group, params (string Name, int[] Partitions)[] topics) =>
        client.AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(
            new OffsetDeleteRequest
            {
                GroupId = group,
                Topics =
                [
                    .. topics.Select(topic => new OffsetDeleteRequest.OffsetDeleteRequestTopic
                    {
                        Name = topic.Name,
                        Partitions = [.. topic.Partitions.Select(partition => new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = partition })],
                    }),
                ],
            },
            version);

    private static OffsetFetchRequest Single(string group, int[] partitions) => new()
    {
        GroupId = group,
        Topics = [new OffsetFetchRequest.OffsetFetchRequestTopic { Name = MemoryBroker.Topic, PartitionIndexes = [.. partitions] }],
    };

    private static OffsetFetchRequest Batch(MemoryBroker broker, short version, string group, int[] partitions) => new()
    {
        Groups =
        [
            new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = group,
                Topics =
                [
                    new OffsetFetchRequest.OffsetFetchRequestTopics
                    {
                        Name = version < 10 ? MemoryBroker.Topic : "",
                        TopicId = version < 10 ? default : broker.TopicId,
                        PartitionIndexes = [.. partitions],
                    },
                ],
            },
        ],
    };

    private static async Task<(int Partition, long Offset, int Epoch, string? Metadata, ErrorCode Error)[]> FetchAsync(
        MemoryBroker broker, TestClient client, short version, string group, params int[] partitions)
    {
        if (version < 8)
        {
            OffsetFetchResponse single = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(Single(group, partitions), version);
            Assert.Equal(ErrorCode.None, single.ErrorCode);
            return [.. single.Topics[0].Partitions.Select(fetched =>
                (fetched.PartitionIndex, fetched.CommittedOffset, fetched.CommittedLeaderEpoch, fetched.Metadata, fetched.ErrorCode))];
        }

        OffsetFetchResponse batch = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(Batch(broker, version, group, partitions), version);
        Assert.Equal(ErrorCode.None, batch.Groups[0].ErrorCode);
        return [.. batch.Groups[0].Topics[0].Partitions.Select(fetched =>
            (fetched.PartitionIndex, fetched.CommittedOffset, fetched.CommittedLeaderEpoch, fetched.Metadata, fetched.ErrorCode))];
    }
}
