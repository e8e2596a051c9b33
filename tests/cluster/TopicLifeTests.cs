using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Support;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Cluster.Tests;

/// <summary>A topic made, filled, read and deleted again and again: no record of a former one is seen, and nothing stays behind.</summary>
public class TopicLifeTests
{
    private const string Topic = "again";
    private const int RecordsEach = 3;

    [Fact]
    public async Task Nothing_of_a_deleted_topic_is_seen_or_kept()
    {
        await using BrokerProcess broker = await StartAsync(deleteDelayMs: 500);
        await RecreateAsync(broker, rounds: 1);
        int handles = Handles(broker);

        await RecreateAsync(broker, FaultScale.Rounds(atLeast: 20));

        // The waits of the tests are well above the 30 s that this may take.
        long start = TimeProvider.System.GetTimestamp();
        await Wait.UntilAsync(
            () => Directories(broker) == 0 && Handles(broker) <= handles + 5,
            () => $"handles and disk return: {Handles(broker)} of {handles}, {Directories(broker)} directories");
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "they return too late");
    }

    [Fact]
    public async Task The_check_finds_files_that_stay()
    {
        await using BrokerProcess broker = await StartAsync(deleteDelayMs: 3_600_000);

        await RecreateAsync(broker, rounds: 2);

        Assert.Equal(2, Directories(broker));
    }

    private static Task<BrokerProcess> StartAsync(int deleteDelayMs) => BrokerProcess.StartAsync(new Dictionary<string, string>
    {
        ["log.segment.delete.delay.ms"] = $"{deleteDelayMs}",
        ["auto.create.topics.enable"] = "false",
    });

    private static async Task RecreateAsync(BrokerProcess broker, int rounds)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
        for (int round = 0; round < rounds; round++)
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 1, ReplicationFactor = 1 }]);
            await ProduceAsync(broker, round);
            Assert.Equal(Enumerable.Range(0, RecordsEach).Select(index => $"{round}/{index}"), await Task.Run(() => Read(broker)));
            await admin.DeleteTopicsAsync([Topic]);
        }
    }

    private static async Task ProduceAsync(BrokerProcess broker, int round)
    {
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.Bootstrap, LingerMs = 0 }).Build();
        for (int index = 0; index < RecordsEach; index++)
        {
            await producer.ProduceAsync(new TopicPartition(Topic, 0), new Message<Null, string> { Value = $"{round}/{index}" });
        }
    }

    private static List<string> Read(BrokerProcess broker)
    {
        using IConsumer<Null, string> consumer = new ConsumerBuilder<Null, string>(
            new ConsumerConfig { BootstrapServers = broker.Bootstrap, GroupId = "reader", EnablePartitionEof = true, FetchWaitMaxMs = 50 }).Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));
        List<string> values = [];
        while (consumer.Consume(Wait.Limit) is { IsPartitionEOF: false } record)
        {
            values.Add(record.Message.Value);
        }

        return values;
    }

    private static int Directories(BrokerProcess broker) => Directory.GetDirectories(broker.DataDirectory, $"{Topic}-*").Length;

    private static int Handles(BrokerProcess broker) => Directory.GetFiles($"/proc/{broker.ProcessId}/fd").Length;
}
