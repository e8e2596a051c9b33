using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Groups;

public class OffsetsTests
{
    private static readonly Uuid NoSuchTopic = new(9, 9);

    public static TheoryData<short, short> Versions
    {
        get
        {
            var versions = new TheoryData<short, short>();
            for (short commit = 2; commit <= 10; commit++)
            {
                versions.Add(commit, (short)Math.Min(commit, (short)10));
            }

            versions.Add(10, 1);
            versions.Add(2, 10);
            return versions;
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task What_is_committed_in_one_version_is_fetched_in_another(short commit, short fetch)
    {
        await using GroupFixture broker = await GroupFixture.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        OffsetCommitResponse.OffsetCommitResponseTopic committed = await client.CommitAsync(commit, "g", GroupFixture.Topic, broker.TopicId, 42, 0, 1, 2);
        Assert.Equal(commit < 10 ? (GroupFixture.Topic, Uuid.Zero) : ("", broker.TopicId), (committed.Name, committed.TopicId));
        Assert.Equal(
            [(0, ErrorCode.None), (1, ErrorCode.None), (2, ErrorCode.UnknownTopicOrPartition)],
            committed.Partitions.Select(partition => (partition.PartitionIndex, partition.ErrorCode)));

        (int Partition, long Offset, int Epoch, string? Metadata, ErrorCode Error)[] fetched = await FetchAsync(broker, client, fetch, "g", 0, 1, 2);
        int epoch = commit >= 6 && fetch >= 5 ? 4 : -1;
        Assert.Equal([(0, 42, epoch, "note", ErrorCode.None), (1, 42, epoch, "note", ErrorCode.None), (2, -1, -1, "", ErrorCode.None)], fetched);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task A_topic_that_does_not_exist_takes_no_commits(short version)
    {
        await using GroupFixture broker = await GroupFixture.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        OffsetCommitResponse.OffsetCommitResponseTopic committed = await client.CommitAsync(version, "g", "nothing", NoSuchTopic, 1, 0, 1);
        ErrorCode expected = version < 10 ? ErrorCode.UnknownTopicOrPartition : ErrorCode.UnknownTopicId;
        Assert.Equal([(0, expected), (1, expected)], committed.Partitions.Select(partition => (partition.PartitionIndex, partition.ErrorCode)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task A_group_that_nobody_knows_has_no_offsets_and_no_error(short version)
    {
        await using GroupFixture broker = await GroupFixture.StartAsync();
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
        await using GroupFixture broker = await GroupFixture.StartAsync();
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
        await using GroupFixture broker = await GroupFixture.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.CommitAsync(9, "g", GroupFixture.Topic, default, 42, 0, 1);
        OffsetFetchRequest request = version < 8
            ? new OffsetFetchRequest { GroupId = "g", Topics = null }
            : new OffsetFetchRequest { Groups = [new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = "g", Topics = null }] };
        OffsetFetchResponse response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(request, version);
        if (version < 8)
        {
            Assert.Equal((GroupFixture.Topic, 2), (response.Topics[0].Name, response.Topics[0].Partitions.Count));
        }
        else
        {
            OffsetFetchResponse.OffsetFetchResponseTopics topic = Assert.Single(response.Groups[0].Topics);
            Assert.Equal(version < 10 ? (GroupFixture.Topic, Uuid.Zero) : ("", broker.TopicId), (topic.Name, topic.TopicId));
            Assert.Equal([42, 42], topic.Partitions.Select(partition => partition.CommittedOffset));
        }
    }

    [Fact]
    public async Task Several_groups_are_answered_in_their_order()
    {
        await using GroupFixture broker = await GroupFixture.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.CommitAsync(9, "a", GroupFixture.Topic, default, 1, 0);
        await client.CommitAsync(9, "b", GroupFixture.Topic, default, 2, 0);
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
        await using GroupFixture broker = await GroupFixture.StartAsync();
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
        await using GroupFixture broker = await GroupFixture.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.CommitAsync(9, "g", GroupFixture.Topic, default, 42, 0);
        await broker.DeleteTopicAsync(GroupFixture.Topic);
        await broker.CreateTopicAsync(GroupFixture.Topic, 2);
        Assert.Equal([(0, -1, -1, "", ErrorCode.None)], await FetchAsync(broker, client, 10, "g", 0));
        Assert.Equal([(0, -1, -1, "", ErrorCode.None)], await FetchAsync(broker, client, 9, "g", 0));
    }

    [Fact]
    public async Task OffsetDelete_answers_every_partition()
    {
        await using GroupFixture broker = await GroupFixture.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.CommitAsync(9, "g", GroupFixture.Topic, default, 42, 0, 1);
        OffsetDeleteResponse response = await DeleteAsync(client, "g", (GroupFixture.Topic, [0, 7]), ("nothing", [0]));
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal(
            [(GroupFixture.Topic, 0, ErrorCode.None), (GroupFixture.Topic, 7, ErrorCode.UnknownTopicOrPartition), ("nothing", 0, ErrorCode.UnknownTopicOrPartition)],
            response.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.PartitionIndex, partition.ErrorCode))));
        Assert.Equal([-1, 42], (await FetchAsync(broker, client, 9, "g", 0, 1)).Select(partition => partition.Offset));
        Assert.Equal(ErrorCode.GroupIdNotFound, (await DeleteAsync(client, "nobody", (GroupFixture.Topic, [0]))).ErrorCode);
        Assert.Equal(ErrorCode.GroupIdNotFound, (await DeleteAsync(client, "nobody", ("nothing", [0]))).ErrorCode);
    }

    private static Task<OffsetDeleteResponse> DeleteAsync(TestClient client, string group, params (string Name, int[] Partitions)[] topics) =>
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
            0);

    private static OffsetFetchRequest Single(string group, int[] partitions) => new()
    {
        GroupId = group,
        Topics = [new OffsetFetchRequest.OffsetFetchRequestTopic { Name = GroupFixture.Topic, PartitionIndexes = [.. partitions] }],
    };

    private static OffsetFetchRequest Batch(GroupFixture broker, short version, string group, int[] partitions) => new()
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
                        Name = version < 10 ? GroupFixture.Topic : "",
                        TopicId = version < 10 ? default : broker.TopicId,
                        PartitionIndexes = [.. partitions],
                    },
                ],
            },
        ],
    };

    private static async Task<(int Partition, long Offset, int Epoch, string? Metadata, ErrorCode Error)[]> FetchAsync(
        GroupFixture broker, TestClient client, short version, string group, params int[] partitions)
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
