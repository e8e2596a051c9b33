using Compat.Clients.Tests.Support;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Cluster.Tests.Workloads;

/// <summary>A topic that every broker has a replica of, written with acks=all and read back by a group.</summary>
internal static class RoundTrip
{
    private const int RecordsAPartition = 10;

    /// <summary>Creates it, holds what is read against what was written, and the brokers and the replicas in sync against those given.</summary>
    public static async Task<Metadata> AssertAsync(string bootstrap, string topic, int partitions, int[] brokers)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = (short)brokers.Length }]);
        string[] values = [.. Enumerable.Range(0, partitions * RecordsAPartition).Select(index => $"value {index}")];
        using (IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = bootstrap, Acks = Acks.All }).Build())
        {
            await Task.WhenAll(values.Select((value, index) =>
                producer.ProduceAsync(new TopicPartition(topic, index % partitions), new Message<Null, string> { Value = value })));
        }

        Assert.Equal(values.Order(), Read(bootstrap, topic, values.Length).Order());
        Metadata metadata = admin.GetMetadata(topic, Wait.Limit);
        Assert.Equal(brokers.Order(), metadata.Brokers.Select(broker => broker.BrokerId).Order());
        Assert.All(metadata.Topics.Single().Partitions, partition => Assert.Equal(brokers.Order(), partition.InSyncReplicas.Order()));
        return metadata;
    }

    private static List<string> Read(string bootstrap, string topic, int count)
    {
        using IConsumer<Null, string> consumer = new ConsumerBuilder<Null, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "readers",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe(topic);
        using CancellationTokenSource timeout = new(Wait.Limit);
        List<string> read = [];
        while (read.Count < count)
        {
            read.Add(consumer.Consume(timeout.Token).Message.Value);
        }

        consumer.Close();
        return read;
    }
}
