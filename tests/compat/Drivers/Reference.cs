using System.Collections.Concurrent;
using System.Text;
using Compat.Clients.Tests.Support;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Clients.Tests.Drivers;

/// <summary>Short ways to do with Confluent.Kafka, in the test process, what a test needs done beside the client it is about.</summary>
internal static class Reference
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    public static IAdminClient Admin(string bootstrap) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();

    public static async Task CreateTopicAsync(string bootstrap, string topic, int partitions, params (string Name, string Value)[] configs)
    {
        using IAdminClient admin = Admin(bootstrap);
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = topic,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = configs.ToDictionary(config => config.Name, config => config.Value),
        }]);
    }

    /// <summary>The value of a topic's setting as the broker describes it.</summary>
    public static async Task<string> TopicConfigAsync(string bootstrap, string topic, string name)
    {
        using IAdminClient admin = Admin(bootstrap);
        List<DescribeConfigsResult> described = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        return described.Single().Entries[name].Value;
    }

    /// <summary>Sends values round-robin over the partitions and waits for their acknowledgements.</summary>
    public static async Task ProduceAsync(string bootstrap, string topic, IEnumerable<string> values, int partitions = 1)
    {
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(
            new ProducerConfig { BootstrapServers = bootstrap, LingerMs = 1, MessageTimeoutMs = (int)Wait.Limit.TotalMilliseconds }).Build();
        await Task.WhenAll(values.Select((value, index) =>
            producer.ProduceAsync(new Confluent.Kafka.TopicPartition(topic, index % partitions), new Message<Null, string> { Value = value })));
    }

    /// <summary>Reads every partition of the topic from its beginning until that many records have come.</summary>
    public static async Task<List<ConsumedRecord>> ReadAsync(string bootstrap, string topic, int count)
    {
        ConcurrentQueue<string> said = [];
        List<ConsumedRecord> records = await Task.Run(() => Read(bootstrap, topic, count, said.Enqueue));
        if (records.Count < count)
        {
            Assert.Fail($"{records.Count} of {count} records in {topic}; {await Evidence.OfTopicAsync(bootstrap, topic)}; the reader said: {string.Join(" / ", said)}");
        }

        return records;
    }

    private static List<ConsumedRecord> Read(string bootstrap, string topic, int count, Action<string> say)
    {
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "reference", EnableAutoCommit = false, FetchWaitMaxMs = 50 })
            .SetErrorHandler((_, error) => say(error.ToString()))
            .SetLogHandler((_, message) => say(message.Message))
            .Build();
        using IAdminClient admin = Admin(bootstrap);
        TopicMetadata found = Assert.Single(admin.GetMetadata(topic, Wait.Limit).Topics);
        Assert.False(found.Error.IsError, $"{topic}: {found.Error}");
        int partitions = found.Partitions.Count;
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        List<ConsumedRecord> records = [];
        long start = TimeProvider.System.GetTimestamp();
        while (records.Count < count && TimeProvider.System.GetElapsedTime(start) < Wait.Limit)
        {
            if (consumer.Consume(PollTimeout) is { Message: { } message } result)
            {
                records.Add(new ConsumedRecord(result.Topic, result.Partition, result.Offset, message.Timestamp.UnixTimestampMs, message.Key, message.Value,
                    [.. (message.Headers ?? []).Select(header => new RecordHeader(header.Key, header.GetValueBytes()))]));
            }
        }

        return records;
    }

    /// <summary>The offsets at which the partitions of a topic end for consumers, together: of a topic that only grew, its number of records.</summary>
    public static async Task<long> CountAsync(string bootstrap, string topic, int partitions) =>
        (await OffsetsAsync(bootstrap, topic, partitions, OffsetSpec.Latest())).Sum();

    /// <summary>An offset of each partition of a topic.</summary>
    public static async Task<long[]> OffsetsAsync(string bootstrap, string topic, int partitions, OffsetSpec which)
    {
        using IAdminClient admin = Admin(bootstrap);
        ListOffsetsResult found = await admin.ListOffsetsAsync(Enumerable.Range(0, partitions).Select(p =>
            new TopicPartitionOffsetSpec { TopicPartition = new(topic, p), OffsetSpec = which }));
        return [.. found.ResultInfos.OrderBy(info => info.TopicPartitionOffsetError.Partition.Value).Select(info => info.TopicPartitionOffsetError.Offset.Value)];
    }

    /// <summary>What a group has committed of each partition of a topic; -1 for nothing.</summary>
    public static async Task<long[]> CommittedAsync(string bootstrap, string group, string topic, int partitions)
    {
        using IAdminClient admin = Admin(bootstrap);
        List<ListConsumerGroupOffsetsResult> found = await admin.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, [.. Enumerable.Range(0, partitions).Select(p => new Confluent.Kafka.TopicPartition(topic, p))])]);
        return [.. found.Single().Partitions.OrderBy(p => p.Partition.Value).Select(p => Math.Max(p.Offset.Value, -1))];
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
