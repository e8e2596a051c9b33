using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Compose;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Cluster.Tests;

/// <summary>The compose files of Apache Kafka's image: with our image in the place of Apache's, the same environments are the same clusters.</summary>
public class ComposeTests
{
    [Fact]
    public Task A_single_node() => RunAsync(ComposeExamples.SingleNode);

    [Fact]
    public Task Three_brokers_that_are_controllers() => RunAsync(ComposeExamples.Combined);

    [Fact]
    public Task Three_controllers_and_three_brokers() => RunAsync(ComposeExamples.Isolated);

    private static async Task RunAsync(IReadOnlyList<ComposeService> services)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere the loopback interface has one address");
        await using ComposeProcesses processes = await ComposeProcesses.UpAsync(services);
        int[] brokers = [.. services.Where(service => service.IsBroker).Select(service => int.Parse(service.Environment["KAFKA_NODE_ID"]))];
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = processes.Bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "t", NumPartitions = 3, ReplicationFactor = (short)brokers.Length }]);

        string[] values = [.. Enumerable.Range(0, 30).Select(index => $"value {index}")];
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = processes.Bootstrap, Acks = Acks.All }).Build();
        await Task.WhenAll(values.Select((value, index) => producer.ProduceAsync(new TopicPartition("t", index % 3), new Message<Null, string> { Value = value })));

        Assert.Equal(values.Order(), Read(processes.Bootstrap, values.Length).Order());
        Metadata metadata = admin.GetMetadata("t", Wait.Limit);
        Assert.Equal(brokers.Order(), metadata.Brokers.Select(broker => broker.BrokerId).Order());
        Assert.All(metadata.Topics.Single().Partitions, partition => Assert.Equal(brokers.Order(), partition.InSyncReplicas.Order()));
        Assert.Empty(processes.UnknownSettings);
    }

    private static List<string> Read(string bootstrap, int count)
    {
        using IConsumer<Null, string> consumer = new ConsumerBuilder<Null, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "readers",
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe("t");
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
