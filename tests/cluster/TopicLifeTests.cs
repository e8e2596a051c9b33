using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Workloads;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Cluster.Tests;

/// <summary>
/// A topic made, filled, read and deleted again and again, while clients go on writing to its name and reading from it: no record of
/// a former one is seen, and nothing stays behind.
/// </summary>
public class TopicLifeTests
{
    private const string Topic = "again";
    private const int RecordsEach = 3;

    [Fact]
    public async Task Nothing_of_a_deleted_topic_is_seen_or_kept()
    {
        await using BrokerProcess broker = await StartAsync(deleteDelayMs: 500);
        await using TopicLoad load = new(broker.Bootstrap, Topic);
        await RecreateAsync(broker, load, rounds: 1);
        int handles = Handles(broker);

        await RecreateAsync(broker, load, FaultScale.Rounds(atLeast: 5));

        // The waits of the tests are well above the 30 s that this may take.
        long start = TimeProvider.System.GetTimestamp();
        await Wait.UntilAsync(
            () => Directories(broker) == 0 && Handles(broker) <= handles + 5,
            () => $"handles and disk return: {Handles(broker)} of {handles}, {Directories(broker)} directories");
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "they return too late");
    }

    /// <summary>
    /// The new topic has more records than the consumer had read of the former one, so only the leader epoch tells that its position
    /// is none in this topic (KIP-320).
    /// </summary>
    [Fact]
    public async Task A_consumer_reads_a_recreated_topic_from_its_beginning()
    {
        await using BrokerProcess broker = await StartAsync(deleteDelayMs: 500);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
        using IConsumer<Ignore, string> consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = broker.Bootstrap,
            GroupId = "again",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 50,
        }).Build();
        await admin.CreateTopicsAsync([Specification]);
        await ProduceAsync(broker, round: 0, records: RecordsEach);
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));
        Assert.Equal(Values(round: 0, RecordsEach), Consume(consumer, RecordsEach));

        // A consumer that does not look meanwhile: what it asks for by itself, it asks of the new topic.
        consumer.Pause([new TopicPartition(Topic, 0)]);
        await admin.DeleteTopicsAsync([Topic]);
        await admin.CreateTopicsAsync([Specification]);
        await ProduceAsync(broker, round: 1, records: 2 * RecordsEach);
        consumer.Resume([new TopicPartition(Topic, 0)]);

        Assert.Equal(Values(round: 1, 2 * RecordsEach), Consume(consumer, 2 * RecordsEach));
    }

    [Fact]
    public async Task The_check_finds_files_that_stay()
    {
        await using BrokerProcess broker = await StartAsync(deleteDelayMs: 3_600_000);
        await using TopicLoad load = new(broker.Bootstrap, Topic);

        await RecreateAsync(broker, load, rounds: 2);

        Assert.Equal(2, Directories(broker));
    }

    [Fact]
    public async Task The_check_finds_records_of_a_former_topic()
    {
        await using BrokerProcess broker = await StartAsync(deleteDelayMs: 500);
        await using TopicLoad load = new(broker.Bootstrap, Topic);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
        await admin.CreateTopicsAsync([Specification]);
        await load.ReachesAsync();

        // Said to be deleted, and not deleted.
        load.OnDeleting();

        Assert.NotEmpty(load.GoneAmong(await Task.Run(() => Read(broker))));
    }

    private static TopicSpecification Specification => new() { Name = Topic, NumPartitions = 1, ReplicationFactor = 1 };

    private static IEnumerable<string> Values(int round, int records) => Enumerable.Range(0, records).Select(index => $"{round}/{index}");

    private static List<string> Consume(IConsumer<Ignore, string> consumer, int records)
    {
        List<string> values = [];
        while (values.Count < records)
        {
            try
            {
                values.Add(consumer.Consume(Wait.Limit).Message.Value);
            }
            catch (ConsumeException)
            {
                // The topic is gone, and comes again.
            }
        }

        return values;
    }

    private static Task<BrokerProcess> StartAsync(int deleteDelayMs) => BrokerProcess.StartAsync(new Dictionary<string, string>
    {
        ["log.segment.delete.delay.ms"] = $"{deleteDelayMs}",
        ["auto.create.topics.enable"] = "false",
    });

    private static async Task RecreateAsync(BrokerProcess broker, TopicLoad load, int rounds)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
        for (int round = 0; round < rounds; round++)
        {
            await admin.CreateTopicsAsync([Specification]);
            load.OnCreated();
            await ProduceAsync(broker, round, RecordsEach);
            await load.ReachesAsync();
            List<string> values = await Task.Run(() => Read(broker));
            Assert.Empty(load.GoneAmong(values));
            Assert.Equal(
                Values(round, RecordsEach),
                values.Where(value => !value.StartsWith(TopicLoad.Prefix, StringComparison.Ordinal)));
            load.OnDeleting();
            await admin.DeleteTopicsAsync([Topic]);
        }
    }

    private static async Task ProduceAsync(BrokerProcess broker, int round, int records)
    {
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.Bootstrap, LingerMs = 0 }).Build();
        for (int index = 0; index < records; index++)
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
