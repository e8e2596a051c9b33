using System.Globalization;
using System.Text;
using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Support;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Clients.Tests;

/// <summary>A broker that compacts as fast as it can, seen by a client: the latest value of each key is always there, at the offset it was acknowledged with.</summary>
public class CompactionTests
{
    private const int Keys = 40;
    private const int Rounds = 50;

    private static readonly Dictionary<string, string> EagerSettings = new(SharedBroker.QuickSettings)
    {
        ["log.cleaner.backoff.ms"] = "20",
        ["log.cleaner.min.cleanable.ratio"] = "0",
        ["log.roll.ms"] = "100",
        ["log.segment.delete.delay.ms"] = "100",
    };

    [Fact]
    public async Task The_latest_value_of_each_key_stays_whatever_happens_to_the_broker()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(EagerSettings);
        string topic = Names.Unique("compacted");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1, ("cleanup.policy", "compact"), ("delete.retention.ms", "600000"));
        Dictionary<string, (long Offset, string? Value)> latest = [];
        using (IProducer<string, string?> producer = new ProducerBuilder<string, string?>(new ProducerConfig
        {
            BootstrapServers = broker.Bootstrap,
            EnableIdempotence = true,
            LingerMs = 1,
            CompressionType = CompressionType.Lz4,
            MessageTimeoutMs = (int)Wait.Limit.TotalMilliseconds,
        }).Build())
        {
            for (int round = 0; round < Rounds; round++)
            {
                await ProduceRoundAsync(producer, topic, round, latest);
                if (round == Rounds / 2)
                {
                    await CompactedAsync(round, Keys * round / 2);
                    broker.Kill();
                    await broker.StartAsync();
                }
            }

            await CompactedAsync(Rounds, 6 * Keys);

            // A segment is closed by an append that comes late enough.
            Task CompactedAsync(int round, int fewerThan) => Wait.UntilAsync(
                async () =>
                {
                    await ProduceRoundAsync(producer, topic, round, latest);
                    return RecordsOnDisk(broker, topic) < fewerThan;
                },
                () => Task.FromResult($"the log is compacted after round {round}: {RecordsOnDisk(broker, topic)} records"));
        }

        AssertLatest(latest, await ReadToEndAsync(broker.Bootstrap, topic));
        Assert.Equal(0, await broker.StopAsync());
        await broker.StartAsync();
        AssertLatest(latest, await ReadToEndAsync(broker.Bootstrap, topic));
        Assert.Equal(0, (await Reference.OffsetsAsync(broker.Bootstrap, topic, 1, OffsetSpec.Earliest())).Single());
    }

    [Fact]
    public async Task Groups_keep_their_offsets_when_the_topic_of_offsets_is_compacted_and_the_broker_is_killed()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(EagerSettings);
        string topic = Names.Unique("offsets");
        string group = Names.Unique("committing");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1);
        await Reference.ProduceAsync(broker.Bootstrap, topic, Enumerable.Range(0, 1000).Select(value => value.ToString(CultureInfo.InvariantCulture)));
        long committed = 0;
        using (IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = broker.Bootstrap, GroupId = group, EnableAutoCommit = false }).Build())
        {
            consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
            await Wait.UntilAsync(
                () =>
                {
                    consumer.Commit([new Confluent.Kafka.TopicPartitionOffset(topic, 0, ++committed)]);
                    int onDisk = Enumerable.Range(0, 5).Sum(partition => RecordsOnDisk(broker, "__consumer_offsets", partition));
                    return committed > 100 && onDisk < committed / 2;
                },
                () => $"the topic of offsets is compacted after {committed} commits");
        }

        broker.Kill();
        await broker.StartAsync();

        Assert.Equal([committed], await Reference.CommittedAsync(broker.Bootstrap, group, topic, 1));
    }

    private static async Task ProduceRoundAsync(IProducer<string, string?> producer, string topic, int round, Dictionary<string, (long, string?)> latest)
    {
        // Every fourth key is deleted in the end.
        (string Key, string? Value)[] records = [.. Enumerable.Range(0, Keys).Select(key => ($"k{key}", key % 4 == 0 && round >= Rounds - 1 ? null : $"{round}/{key}/{new string('x', 200)}"))];
        DeliveryResult<string, string?>[] acknowledged = await Task.WhenAll(records.Select(record =>
            producer.ProduceAsync(new Confluent.Kafka.TopicPartition(topic, 0), new Message<string, string?> { Key = record.Key, Value = record.Value })));
        foreach (DeliveryResult<string, string?> result in acknowledged)
        {
            latest[result.Message.Key] = (result.Offset.Value, result.Message.Value);
        }
    }

    private static void AssertLatest(Dictionary<string, (long Offset, string? Value)> latest, List<ConsumeResult<byte[], byte[]>> read)
    {
        Dictionary<string, (long Offset, string? Value)> state = [];
        foreach (ConsumeResult<byte[], byte[]> record in read)
        {
            state[Encoding.UTF8.GetString(record.Message.Key)] = (record.Offset.Value, record.Message.Value is null ? null : Encoding.UTF8.GetString(record.Message.Value));
        }

        Assert.Equal(latest.OrderBy(entry => entry.Key, StringComparer.Ordinal), state.OrderBy(entry => entry.Key, StringComparer.Ordinal));
    }

    private static async Task<List<ConsumeResult<byte[], byte[]>>> ReadToEndAsync(string bootstrap, string topic)
    {
        long end = await Reference.CountAsync(bootstrap, topic, 1);
        List<ConsumeResult<byte[], byte[]>> records = [];
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bootstrap, GroupId = Names.Unique("to-the-end"), EnableAutoCommit = false, EnablePartitionEof = true }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        await Wait.UntilAsync(
            () =>
            {
                ConsumeResult<byte[], byte[]>? result = consumer.Consume(TimeSpan.FromMilliseconds(50));
                if (result is { IsPartitionEOF: false })
                {
                    records.Add(result);
                }

                return result is { IsPartitionEOF: true } && result.Offset.Value >= end;
            },
            () => $"the end of {topic} at {end} is read, after {records.Count} records");
        return records;
    }

    // The cleaner may take a file away while it is being read.
    private static int RecordsOnDisk(BrokerProcess broker, string topic, int partition = 0)
    {
        try
        {
            return Directory.Exists(Path.Combine(broker.DataDirectory, $"{topic}-{partition}"))
                ? broker.BatchesOnDisk(topic, partition).Sum(batch => batch.RecordCount)
                : 0;
        }
        catch (IOException)
        {
            return int.MaxValue / 8;
        }
    }
}
