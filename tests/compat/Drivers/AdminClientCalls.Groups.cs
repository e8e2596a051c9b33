using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Clients.Tests.Drivers;

internal sealed partial class AdminClientCalls
{
    private async Task ListGroupsAsync()
    {
        string group = await EmptyGroupAsync(await TopicAsync(records: 5), 2);

        GroupInfo info = Assert.Single(_admin.ListGroups(Limit), found => found.Group == group);
        Assert.Equal("Empty", info.State);
        Assert.Equal("consumer", info.ProtocolType);
    }

    private async Task ListGroupAsync()
    {
        string topic = await TopicAsync(records: 5);
        string group = await EmptyGroupAsync(topic, 2);
        using IConsumer<byte[], byte[]> consumer = Consumer(group);
        consumer.Subscribe(topic);
        Assert.NotNull(await Task.Run(() => consumer.Consume(Limit)));

        GroupInfo info = _admin.ListGroup(group, Limit);

        Assert.Equal(ErrorCode.NoError, info.Error.Code);
        Assert.Equal("Stable", info.State);
        Assert.NotEmpty(Assert.Single(info.Members).MemberAssignment);
    }

    private async Task ListConsumerGroupsAsync()
    {
        string group = await EmptyGroupAsync(await TopicAsync(records: 5), 2);

        ListConsumerGroupsResult all = await _admin.ListConsumerGroupsAsync();
        ListConsumerGroupsResult stable = await _admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { MatchStates = [ConsumerGroupState.Stable] });

        ConsumerGroupListing listing = Assert.Single(all.Valid, found => found.GroupId == group);
        Assert.Equal(ConsumerGroupState.Empty, listing.State);
        Assert.Equal(ConsumerGroupType.Classic, listing.Type);
        Assert.DoesNotContain(stable.Valid, found => found.GroupId == group);
    }

    private async Task DescribeConsumerGroupsAsync()
    {
        string topic = await TopicAsync(records: 5);
        string group = await EmptyGroupAsync(topic, 2);
        using IConsumer<byte[], byte[]> consumer = Consumer(group);
        consumer.Subscribe(topic);
        Assert.NotNull(await Task.Run(() => consumer.Consume(Limit)));

        ConsumerGroupDescription described = Assert.Single((await _admin.DescribeConsumerGroupsAsync(
            [group], new DescribeConsumerGroupsOptions { IncludeAuthorizedOperations = true })).ConsumerGroupDescriptions);

        Assert.Equal(ConsumerGroupState.Stable, described.State);
        Assert.Equal("range", described.PartitionAssignor);
        Assert.Equal(bootstrap, $"{described.Coordinator.Host}:{described.Coordinator.Port}");
        MemberDescription member = Assert.Single(described.Members);
        Assert.Equal([new Confluent.Kafka.TopicPartition(topic, 0)], member.Assignment.TopicPartitions);
        Assert.StartsWith("rdkafka", member.ClientId, StringComparison.Ordinal);
        Assert.Contains(AclOperation.Read, described.AuthorizedOperations);
    }

    private async Task ListConsumerGroupOffsetsAsync()
    {
        string topic = await TopicAsync(partitions: 2, records: 5);
        string group = await EmptyGroupAsync(topic, 2);

        List<ListConsumerGroupOffsetsResult> all = await _admin.ListConsumerGroupOffsetsAsync([new(group, null)]);
        List<ListConsumerGroupOffsetsResult> unknown = await _admin.ListConsumerGroupOffsetsAsync([new("never-was", [new(topic, 0)])]);

        Assert.Equal(2, Assert.Single(all[0].Partitions).Offset.Value);
        // A group that nobody has heard of has no offsets, which is not an error.
        TopicPartitionOffsetError none = Assert.Single(unknown[0].Partitions);
        Assert.Equal((ErrorCode.NoError, Offset.Unset), (none.Error.Code, none.Offset));
    }

    private async Task AlterConsumerGroupOffsetsAsync()
    {
        string topic = await TopicAsync(records: 5);
        string group = await EmptyGroupAsync(topic, 2);

        await _admin.AlterConsumerGroupOffsetsAsync([new(group, [new TopicPartitionOffset(topic, 0, 4)])]);

        Assert.Equal(4, (await _admin.ListConsumerGroupOffsetsAsync([new(group, null)]))[0].Partitions[0].Offset.Value);
    }

    private async Task DeleteConsumerGroupOffsetsAsync()
    {
        string topic = await TopicAsync(records: 5);
        string group = await EmptyGroupAsync(topic, 2);

        await _admin.DeleteConsumerGroupOffsetsAsync(group, [new(topic, 0)]);

        Assert.Empty((await _admin.ListConsumerGroupOffsetsAsync([new(group, null)]))[0].Partitions);
    }

    private async Task DeleteGroupsAsync()
    {
        string topic = await TopicAsync(records: 5);
        string group = await EmptyGroupAsync(topic, 2);
        string live = await EmptyGroupAsync(topic, 2);
        using IConsumer<byte[], byte[]> consumer = Consumer(live);
        consumer.Subscribe(topic);
        Assert.NotNull(await Task.Run(() => consumer.Consume(Limit)));

        DeleteGroupsException exception = await Assert.ThrowsAsync<DeleteGroupsException>(() => _admin.DeleteGroupsAsync([group, live, "never-was"]));

        Assert.Equal(
            new Dictionary<string, ErrorCode> { [group] = ErrorCode.NoError, [live] = ErrorCode.NonEmptyGroup, ["never-was"] = ErrorCode.GroupIdNotFound },
            exception.Results.ToDictionary(result => result.Group, result => result.Error.Code));
        Assert.DoesNotContain(_admin.ListGroups(Limit), found => found.Group == group);
    }
}
