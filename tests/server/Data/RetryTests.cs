using Compat.Replication.Partitions;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Data;

/// <summary>What an idempotent producer sends again, as it goes over the wire: each batch is in the log once, and where it was said to be.</summary>
public class RetryTests
{
    private const short Version = 9;
    private const int BatchCount = 7;
    private const int RecordsEach = 2;
    private const int Remembered = 5;

    [Fact]
    public async Task A_retry_of_one_of_the_last_five_batches_is_answered_as_it_was_and_an_older_one_is_out_of_order()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();

        Assert.Empty(await WrongsAsync(broker, isRecognised: true));
    }

    [Fact]
    public async Task The_check_finds_retries_that_are_not_recognised()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();

        Assert.NotEmpty(await WrongsAsync(broker, isRecognised: false));
    }

    [Fact]
    public async Task A_producer_that_was_forgotten_may_go_on_at_any_sequence_and_not_with_a_gap_from_there()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync(
            "producer.id.expiration.ms=60000", "producer.id.expiration.check.interval.ms=1000", "log.initial.task.delay.ms=1000");
        using TestClient client = await broker.ConnectAsync();
        (long id, short epoch) = await ProducerAsync(client);
        Assert.Equal((ErrorCode.None, 0L), await ProduceAsync(broker, client, id, epoch, sequence: 0));
        Assert.Equal((ErrorCode.OutOfOrderSequenceNumber, -1L), await ProduceAsync(broker, client, id, epoch, sequence: 40));

        broker.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Empty(Log(broker).ActiveProducers());

        Assert.Equal((ErrorCode.None, 2L), await ProduceAsync(broker, client, id, epoch, sequence: 40));
        Assert.Equal((ErrorCode.None, 2L), await ProduceAsync(broker, client, id, epoch, sequence: 40));
        Assert.Equal((ErrorCode.OutOfOrderSequenceNumber, -1L), await ProduceAsync(broker, client, id, epoch, sequence: 44));
        Assert.Equal((ErrorCode.None, 4L), await ProduceAsync(broker, client, id, epoch, sequence: 42));
    }

    private static async Task<List<string>> WrongsAsync(MemoryBroker broker, bool isRecognised)
    {
        using TestClient client = await broker.ConnectAsync();
        (long id, short epoch) = await ProducerAsync(client);
        for (int index = 0; index < BatchCount; index++)
        {
            Assert.Equal((ErrorCode.None, index * RecordsEach), await ProduceAsync(broker, client, id, epoch, index * RecordsEach));
        }

        List<string> wrongs = [];
        for (int index = 0; index < BatchCount; index++)
        {
            // Without an id the broker has nothing to know the batch by.
            (ErrorCode, long) answer = await ProduceAsync(broker, client, isRecognised ? id : RecordBatch.NoProducerId, epoch, index * RecordsEach);
            (ErrorCode, long) expected = index < BatchCount - Remembered ? (ErrorCode.OutOfOrderSequenceNumber, -1) : (ErrorCode.None, index * RecordsEach);
            if (answer != expected)
            {
                wrongs.Add($"the retry of batch {index} was answered with {answer}, not {expected}");
            }
        }

        IEnumerable<string> stored = Log(broker).ReadBatches(0).SelectMany(batch => DataFixture.Values(batch.Memory)).Select(record => record.Value);
        if (!stored.SequenceEqual(Enumerable.Range(0, BatchCount * RecordsEach).Select(sequence => $"{sequence}")))
        {
            wrongs.Add($"the log has {string.Join(' ', stored)}");
        }

        return wrongs;
    }

    private static async Task<(long Id, short Epoch)> ProducerAsync(TestClient client)
    {
        InitProducerIdResponse response = await client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60_000, ProducerId = -1, ProducerEpoch = -1 }, 4);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        return (response.ProducerId, response.ProducerEpoch);
    }

    private static async Task<(ErrorCode, long)> ProduceAsync(MemoryBroker broker, TestClient client, long id, short epoch, int sequence)
    {
        using RecordBatchBuilder builder = id == RecordBatch.NoProducerId ? new() : new() { ProducerId = id, ProducerEpoch = epoch, BaseSequence = sequence };
        for (int index = 0; index < RecordsEach; index++)
        {
            builder.Append(broker.Time.GetUtcNow().ToUnixTimeMilliseconds(), null, System.Text.Encoding.UTF8.GetBytes($"{sequence + index}"));
        }

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(
            new ProduceRequest
            {
                Acks = -1,
                TimeoutMs = 1000,
                TopicData = [new() { Name = MemoryBroker.Topic, PartitionData = [new() { Index = 0, Records = builder.Build() }] }],
            },
            Version);
        ProduceResponse.PartitionProduceResponse partition = response.Responses[0].PartitionResponses[0];
        return (partition.ErrorCode, partition.BaseOffset);
    }

    private static Compat.Log.PartitionLog Log(MemoryBroker broker) =>
        broker.Parts.Partitions.TryGet(MemoryBroker.Topic, 0, out Partition? partition) ? partition.Log : throw new InvalidOperationException();
}
