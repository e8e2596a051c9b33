using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

public class DescribeTopicPartitionsTests
{
    private const int EverythingOnATopic = 0xDF8;

    [Theory]
    [EveryVersion(ApiKey.DescribeTopicPartitions)]
    public async Task Topics_are_described_in_the_order_of_their_names(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        await broker.CreateTopicAsync("__consumer_offsets", 1);
        using TestClient client = await broker.ConnectAsync();

        DescribeTopicPartitionsResponse response = await AskAsync(client, version, ["zzz", MemoryBroker.Topic, "no/topic", "__consumer_offsets", "zzz"]);

        Assert.Equal(
            [
                ("__consumer_offsets", ErrorCode.None, true, 1), ("no/topic", ErrorCode.InvalidTopicException, false, 0),
                (MemoryBroker.Topic, ErrorCode.None, false, 2), ("zzz", ErrorCode.UnknownTopicOrPartition, false, 0),
            ],
            response.Topics.Select(each => (each.Name!, each.ErrorCode, each.IsInternal, each.Partitions.Count)));
        Assert.Null(response.NextCursor);
        DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic topic = response.Topics[2];
        Assert.Equal((broker.TopicId, EverythingOnATopic), (topic.TopicId, topic.TopicAuthorizedOperations));
        DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition partition = topic.Partitions[1];
        Assert.Equal((ErrorCode.None, 1, broker.Parts.NodeId, broker.LeaderEpoch), (partition.ErrorCode, partition.PartitionIndex, partition.LeaderId, partition.LeaderEpoch));
        Assert.Equal([broker.Parts.NodeId], partition.ReplicaNodes);
        Assert.Equal([broker.Parts.NodeId], partition.IsrNodes);
        Assert.Empty(partition.EligibleLeaderReplicas ?? []);
        Assert.Empty(partition.LastKnownElr ?? []);
        Assert.Empty(partition.OfflineReplicas);
        Assert.Equal(Uuid.Zero, broker.IdOf("zzz"));
    }

    [Theory]
    [EveryVersion(ApiKey.DescribeTopicPartitions)]
    public async Task A_list_that_is_longer_than_a_page_goes_on_where_the_cursor_says(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        await broker.CreateTopicAsync("a", 5);
        using TestClient client = await broker.ConnectAsync();
        var seen = new List<(string, int)>();
        DescribeTopicPartitionsRequest.CursorData? cursor = null;
        int pages = 0;
        do
        {
            DescribeTopicPartitionsResponse page = await AskAsync(client, version, [], limit: 3, cursor);
            Assert.InRange(page.Topics.Sum(topic => topic.Partitions.Count), 1, 3);
            seen.AddRange(page.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name!, partition.PartitionIndex))));
            cursor = page.NextCursor is { } next ? new() { TopicName = next.TopicName, PartitionIndex = next.PartitionIndex } : null;
            pages++;
        }
        while (cursor is not null);

        Assert.Equal(3, pages);
        Assert.Equal([("a", 0), ("a", 1), ("a", 2), ("a", 3), ("a", 4), (MemoryBroker.Topic, 0), (MemoryBroker.Topic, 1)], seen);
    }

    [Theory]
    [EveryVersion(ApiKey.DescribeTopicPartitions)]
    public async Task A_cursor_that_makes_no_sense_is_invalid_for_every_topic(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        DescribeTopicPartitionsResponse negative = await AskAsync(
            client, version, [MemoryBroker.Topic], cursor: new() { TopicName = MemoryBroker.Topic, PartitionIndex = -1 });
        Assert.Equal([(MemoryBroker.Topic, ErrorCode.InvalidRequest)], negative.Topics.Select(topic => (topic.Name, topic.ErrorCode)));
        DescribeTopicPartitionsResponse other = await AskAsync(client, version, [MemoryBroker.Topic, "a"], cursor: new() { TopicName = "b", PartitionIndex = 0 });
        Assert.Equal([ErrorCode.InvalidRequest, ErrorCode.InvalidRequest], other.Topics.Select(topic => topic.ErrorCode));
    }

    [Fact]
    public async Task A_page_is_never_larger_than_the_broker_allows()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("max.request.partition.size.limit=1");
        using TestClient client = await broker.ConnectAsync();
        DescribeTopicPartitionsResponse page = await AskAsync(client, 0, []);
        Assert.Equal([0], Assert.Single(page.Topics).Partitions.Select(partition => partition.PartitionIndex));
        Assert.Equal((MemoryBroker.Topic, 1), (page.NextCursor!.TopicName, page.NextCursor.PartitionIndex));
    }

    private static Task<DescribeTopicPartitionsResponse> AskAsync(
        TestClient client, short version, string[] topics, int limit = 2000, DescribeTopicPartitionsRequest.CursorData? cursor = null) =>
        client.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
            new DescribeTopicPartitionsRequest
            {
                Topics = [.. topics.Select(topic => new DescribeTopicPartitionsRequest.TopicRequest { Name = topic })],
                ResponsePartitionLimit = limit,
                Cursor = cursor,
            },
            version);
}
