using System.Text;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Hostile;

/// <summary>
/// Buffers are pooled and shared by connections: one that is given back too early puts records into another topic, or into
/// another client's answer, and no checksum notices (KAFKA-19012).
/// </summary>
public class BufferOwnershipTests
{
    private const int Topics = 12;
    private const int Batches = 40;

    [Fact]
    public async Task Records_of_many_connections_end_up_in_their_own_topics_and_answers()
    {
        await using BrokerFixture fixture = await BrokerFixture.StartAsync("auto.create.topics.enable=true");
        using var stopping = new CancellationTokenSource();
        Task disturbing = DisturbAsync(fixture, stopping.Token);
        await Task.WhenAll(Enumerable.Range(0, Topics).Select(topic => ProduceAndFetchAsync(fixture, $"topic-{topic}")));
        await stopping.CancelAsync();
        await disturbing;
    }

    private static async Task ProduceAndFetchAsync(BrokerFixture fixture, string topic)
    {
        using SocketClient client = await fixture.ConnectClientAsync();
        var create = new CreateTopicsRequest { Topics = [new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }] };
        Assert.Equal(ErrorCode.None, (await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(create, 5)).Topics[0].ErrorCode);
        for (int i = 0; i < Batches; i++)
        {
            // Every third frame is too large to share a buffer with others.
            await client.SendAsync(TestClient.Encode(ApiKey.Produce, 9, i, body => body.Write(Produce(topic, i), 9)));
        }

        for (int i = 0; i < Batches; i++)
        {
            Assert.NotNull(await client.ReadFrameAsync());
        }

        long offset = 0;
        while (offset < Batches)
        {
            foreach (RecordBatch batch in new RecordBatches((await FetchAsync(client, topic, offset)).Memory))
            {
                foreach (Compat.Wire.Records.Record record in batch.Records())
                {
                    Assert.Equal(offset++, record.Offset);
                    Assert.Equal(Value(topic, (int)record.Offset), Encoding.ASCII.GetString(record.Value));
                }
            }
        }
    }

    /// <summary>Others come, send halves of requests and go.</summary>
    private static async Task DisturbAsync(BrokerFixture fixture, CancellationToken cancellation)
    {
        byte[] frame = TestClient.Encode(ApiKey.Produce, 9, 1, body => body.Write(Produce("nobody", 2), 9));
        for (int i = 0; !cancellation.IsCancellationRequested; i++)
        {
            using SocketClient client = await fixture.ConnectClientAsync();
            await client.SendAsync(frame[..(1 + (i * 37 % frame.Length))]);
        }
    }

    private static ProduceRequest Produce(string topic, int number)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1_700_000_000_000, null, Encoding.ASCII.GetBytes(Value(topic, number)));
        return new ProduceRequest
        {
            TransactionalId = null,
            Acks = -1,
            TimeoutMs = 10_000,
            TopicData = [new() { Name = topic, PartitionData = [new() { Index = 0, Records = builder.Build() }] }],
        };
    }

    private static string Value(string topic, int number)
    {
        string mark = $"{topic}/{number};";
        return string.Concat(Enumerable.Repeat(mark, number % 3 == 0 ? 8000 : 20));
    }

    private static async Task<RecordsPayload> FetchAsync(SocketClient client, string topic, long offset)
    {
        var request = new FetchRequest
        {
            MinBytes = 1,
            MaxBytes = 400_000,
            Topics = [new() { Topic = topic, Partitions = [new() { FetchOffset = offset, PartitionMaxBytes = 400_000 }] }],
        };
        FetchResponse.PartitionData partition = (await client.AskAsync<FetchRequest, FetchResponse>(request, 11)).Responses[0].Partitions[0];
        Assert.Equal(ErrorCode.None, partition.ErrorCode);
        return partition.Records;
    }
}
