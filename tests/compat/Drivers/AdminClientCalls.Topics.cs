using Compat.Clients.Tests.Support;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Clients.Tests.Drivers;

internal sealed partial class AdminClientCalls
{
    private async Task CreateTopicsAsync()
    {
        string good = Names.Unique("created");
        TopicSpecification[] wanted =
        [
            new() { Name = good, NumPartitions = 3, ReplicationFactor = 1, Configs = new() { ["cleanup.policy"] = "compact" } },
            new() { Name = "no/such:name", NumPartitions = 1, ReplicationFactor = 1 },
            new() { Name = Names.Unique("too-replicated"), NumPartitions = 1, ReplicationFactor = 3 },
            new() { Name = Names.Unique("misconfigured"), NumPartitions = 1, Configs = new() { ["retention.ms"] = "soon" } },
        ];

        CreateTopicsException exception = await Assert.ThrowsAsync<CreateTopicsException>(() => _admin.CreateTopicsAsync(wanted));

        Assert.Equal(
            [ErrorCode.NoError, ErrorCode.TopicException, ErrorCode.InvalidReplicationFactor, ErrorCode.InvalidConfig],
            exception.Results.Select(result => result.Error.Code));
        Assert.Equal(3, _admin.GetMetadata(good, Limit).Topics[0].Partitions.Count);

        string validated = Names.Unique("validated");
        await _admin.CreateTopicsAsync([new() { Name = validated, NumPartitions = 1 }], new CreateTopicsOptions { ValidateOnly = true });
        Assert.DoesNotContain(_admin.GetMetadata(Limit).Topics, topic => topic.Topic == validated);
    }

    private async Task DeleteTopicsAsync()
    {
        string topic = await TopicAsync(records: 3);

        DeleteTopicsException exception = await Assert.ThrowsAsync<DeleteTopicsException>(() => _admin.DeleteTopicsAsync([topic, "never-was"]));

        Assert.Equal([ErrorCode.NoError, ErrorCode.UnknownTopicOrPart], exception.Results.Select(result => result.Error.Code));
        Assert.DoesNotContain(_admin.GetMetadata(Limit).Topics, found => found.Topic == topic);

        // A topic that is made again under its old name is another topic and holds nothing of the old.
        await Reference.CreateTopicAsync(bootstrap, topic, 1);
        Assert.Equal(0, await Reference.CountAsync(bootstrap, topic, 1));
    }

    private async Task CreatePartitionsAsync()
    {
        string topic = await TopicAsync();
        string other = await TopicAsync(partitions: 2);

        CreatePartitionsException exception = await Assert.ThrowsAsync<CreatePartitionsException>(() => _admin.CreatePartitionsAsync(
            [new() { Topic = topic, IncreaseTo = 4 }, new() { Topic = other, IncreaseTo = 1 }, new() { Topic = "never-was", IncreaseTo = 2 }]));

        Assert.Equal(
            [ErrorCode.NoError, ErrorCode.InvalidPartitions, ErrorCode.UnknownTopicOrPart],
            exception.Results.Select(result => result.Error.Code));
        Assert.Equal(4, _admin.GetMetadata(topic, Limit).Topics[0].Partitions.Count);
    }

    private async Task DescribeTopicsAsync()
    {
        string topic = await TopicAsync(partitions: 2);

        DescribeTopicsException exception = await Assert.ThrowsAsync<DescribeTopicsException>(() => _admin.DescribeTopicsAsync(
            TopicCollection.OfTopicNames([topic, "never-was"]), new DescribeTopicsOptions { IncludeAuthorizedOperations = true }));

        TopicDescription described = exception.Results.TopicDescriptions[0];
        Assert.Equal(topic, described.Name);
        Assert.False(described.IsInternal);
        Assert.Equal(2, described.Partitions.Count);
        Assert.All(described.Partitions, partition => Assert.Single(partition.ISR));
        Assert.All(described.Partitions, partition => Assert.NotNull(partition.Leader));
        // Without an authorizer everything is allowed.
        Assert.Contains(AclOperation.Describe, described.AuthorizedOperations);
        Assert.Contains(AclOperation.AlterConfigs, described.AuthorizedOperations);
        Assert.Equal(ErrorCode.UnknownTopicOrPart, exception.Results.TopicDescriptions[1].Error.Code);
    }

    private async Task DescribeClusterAsync()
    {
        DescribeClusterResult cluster = await _admin.DescribeClusterAsync(new DescribeClusterOptions { IncludeAuthorizedOperations = true });

        Node node = Assert.Single(cluster.Nodes);
        Assert.Equal(bootstrap, $"{node.Host}:{node.Port}");
        Assert.NotNull(cluster.Controller);
        Assert.Equal(22, cluster.ClusterId.Length);
        Assert.Contains(AclOperation.Create, cluster.AuthorizedOperations);
    }

    private Task GetMetadataAsync()
    {
        Metadata metadata = _admin.GetMetadata(Limit);

        Assert.Single(metadata.Brokers);
        Assert.Equal(bootstrap, $"{metadata.Brokers[0].Host}:{metadata.Brokers[0].Port}");
        return Task.CompletedTask;
    }

    private async Task GetMetadataOfTopicAsync()
    {
        string topic = await TopicAsync(partitions: 2);

        TopicMetadata metadata = Assert.Single(_admin.GetMetadata(topic, Limit).Topics);
        Assert.Equal(ErrorCode.NoError, metadata.Error.Code);
        Assert.All(metadata.Partitions, partition => Assert.Equal(partition.Replicas, partition.InSyncReplicas));
        Assert.Equal([0, 1], metadata.Partitions.Select(partition => partition.PartitionId));
    }

    private async Task ElectLeadersAsync()
    {
        string topic = await TopicAsync();

        ElectLeadersException exception = await Assert.ThrowsAsync<ElectLeadersException>(() =>
            _admin.ElectLeadersAsync(ElectionType.Preferred, [new(topic, 0), new("never-was", 0)]));

        // The only replica leads already.
        Assert.Equal(
            new Dictionary<string, ErrorCode> { [topic] = ErrorCode.ElectionNotNeeded, ["never-was"] = ErrorCode.UnknownTopicOrPart },
            exception.Results.TopicPartitions.ToDictionary(partition => partition.Topic, partition => partition.Error.Code));
    }

    private async Task DeleteRecordsAsync()
    {
        string topic = await TopicAsync(records: 10);

        List<DeleteRecordsResult> results = await _admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 4)]);

        Assert.Equal(4, Assert.Single(results).Offset.Value);
        Assert.Equal(4, (await Reference.ReadAsync(bootstrap, topic, 6))[0].Offset);
        DeleteRecordsException exception = await Assert.ThrowsAsync<DeleteRecordsException>(() => _admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 99)]));
        Assert.Equal(ErrorCode.OffsetOutOfRange, exception.Results[0].Error.Code);
    }

    private async Task ListOffsetsAsync()
    {
        string topic = await TopicAsync(records: 10);
        List<ConsumedRecord> records = await Reference.ReadAsync(bootstrap, topic, 10);

        Assert.Equal(0, await OffsetAsync(topic, OffsetSpec.Earliest()));
        Assert.Equal(10, await OffsetAsync(topic, OffsetSpec.Latest()));
        Assert.Equal(0, await OffsetAsync(topic, OffsetSpec.ForTimestamp(records[0].Timestamp)));
        Assert.Equal(-1, await OffsetAsync(topic, OffsetSpec.ForTimestamp(records[^1].Timestamp + 1_000_000)));
        long newest = records.Max(record => record.Timestamp);
        Assert.Equal(records.First(record => record.Timestamp == newest).Offset, await OffsetAsync(topic, OffsetSpec.MaxTimestamp()));
    }

    private async Task<long> OffsetAsync(string topic, OffsetSpec spec)
    {
        ListOffsetsResult result = await _admin.ListOffsetsAsync([new() { TopicPartition = new(topic, 0), OffsetSpec = spec }]);
        return Assert.Single(result.ResultInfos).TopicPartitionOffsetError.Offset.Value;
    }
}
