using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Brokers;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Cluster.Tests;

/// <summary>Three processes are one Kafka, as a client sees them.</summary>
public class ThreeBrokersTests
{
    [Fact]
    public async Task Records_of_a_replicated_topic_are_acknowledged_by_all_and_read_back()
    {
        await using ProcessCluster cluster = await ProcessCluster.StartAsync();
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.Bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "replicated", NumPartitions = 6, ReplicationFactor = 3 }]);
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = cluster.Bootstrap, Acks = Acks.All }).Build();
        string[] values = [.. Enumerable.Range(0, 60).Select(index => $"value {index}")];
        foreach ((int index, string value) in values.Index())
        {
            await producer.ProduceAsync(new TopicPartition("replicated", index % 6), new Message<Null, string> { Value = value });
        }

        Assert.Equal(values.Order(), Read(cluster.Bootstrap, values.Length).Order());
        Metadata metadata = admin.GetMetadata("replicated", Wait.Limit);
        Assert.Equal([1, 2, 3], metadata.Brokers.Select(broker => broker.BrokerId).Order());
        Assert.All(metadata.Topics.Single().Partitions, partition => Assert.Equal([1, 2, 3], partition.InSyncReplicas.Order()));
        Assert.Equal([1, 2, 3], metadata.Topics.Single().Partitions.Select(partition => partition.Leader).Distinct().Order());
    }

    private static List<string> Read(string bootstrap, int count)
    {
        using IConsumer<Null, string> consumer = new ConsumerBuilder<Null, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "readers",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe("replicated");
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
