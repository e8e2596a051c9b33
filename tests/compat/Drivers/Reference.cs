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

    /// <summary>Reads every partition of the topics from its beginning until that many records have come.</summary>
    public static Task<List<ConsumedRecord>> ReadAsync(string bootstrap, string topic, int count) => Task.Run(() =>
    {
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "reference", EnableAutoCommit = false, FetchWaitMaxMs = 50 }).Build();
        using IAdminClient admin = Admin(bootstrap);
        int partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Count;
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

        Assert.True(records.Count >= count, $"{records.Count} of {count} records in {topic}");
        return records;
    });

    /// <summary>The number of records between the first and the last offset of every partition.</summary>
    public static async Task<long> CountAsync(string bootstrap, string topic, int partitions)
    {
        using IAdminClient admin = Admin(bootstrap);
        ListOffsetsResult ends = await admin.ListOffsetsAsync(Enumerable.Range(0, partitions).Select(p =>
            new TopicPartitionOffsetSpec { TopicPartition = new(topic, p), OffsetSpec = OffsetSpec.Latest() }));
        return ends.ResultInfos.Sum(end => end.TopicPartitionOffsetError.Offset.Value);
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
