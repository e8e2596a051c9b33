using Compat.Server.Handlers;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Server.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Server.Tests;

/// <summary>
/// What a request allocates on its whole way through the broker, from its bytes to those of its answer, over memory in
/// place of sockets and files. A number that grows has to be explained here; docs/PERFORMANCE.md quotes them.
/// </summary>
public sealed class AllocationTests
{
    private const int RequestsARun = 200;
    private const int Runs = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_produce_costs_as_much_for_a_thousand_records_as_for_one(int records)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        var request = new ProduceRequest
        {
            Acks = 1,
            TopicData =
            {
                new ProduceRequest.TopicProduceData
                {
                    Name = MemoryBroker.Topic,
                    TopicId = broker.TopicId,
                    PartitionData = { new ProduceRequest.PartitionProduceData { Index = 0, Records = Batch(broker, records) } },
                },
            },
        };

        Assert.InRange(BytesARequest(broker, request, version: 12), 1, 1900);
    }

    [Fact]
    public async Task A_fetch_that_finds_records()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        Assert.True(broker.Parts.Partitions.TryGet(MemoryBroker.Topic, 0, out var partition));
        Assert.Equal(ErrorCode.None, partition.AppendAsLeader(Batch(broker, 100), 1, Log.AppendOrigin.Client).ErrorCode);
        var request = new FetchRequest
        {
            MaxWaitMs = 500,
            MinBytes = 1,
            MaxBytes = 1 << 20,
            SessionEpoch = -1,
            Topics =
            {
                new FetchRequest.FetchTopic
                {
                    Topic = MemoryBroker.Topic,
                    TopicId = broker.TopicId,
                    Partitions = { new FetchRequest.FetchPartition { Partition = 0, FetchOffset = 0, PartitionMaxBytes = 1 << 20 } },
                },
            },
        };

        Assert.InRange(BytesARequest(broker, request, version: 12), 1, 2800);
    }

    [Fact]
    public async Task A_turn_of_a_coordinator_with_a_record()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using (TestClient client = await broker.ConnectAsync())
        {
            // The first question makes the topic of the coordinators.
            FindCoordinatorResponse found;
            do
            {
                found = await client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { Key = "group" }, 2);
            }
            while (found.ErrorCode == ErrorCode.CoordinatorNotAvailable);
        }

        var request = new OffsetCommitRequest
        {
            GroupId = "group",
            Topics =
            {
                new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = MemoryBroker.Topic,
                    Partitions = { new OffsetCommitRequest.OffsetCommitRequestPartition { PartitionIndex = 0, CommittedOffset = 7 } },
                },
            },
        };

        Assert.InRange(BytesARequest(broker, request, version: 8), 1, 7000);
    }

    private static byte[] Batch(MemoryBroker broker, int records)
    {
        using var builder = new RecordBatchBuilder();
        byte[] value = new byte[100];
        for (int i = 0; i < records; i++)
        {
            builder.Append(broker.Time.GetUtcNow().ToUnixTimeMilliseconds(), null, value);
        }

        return builder.Build();
    }

    /// <summary>
    /// The least of many runs: what a run of the pool's or of a file's growth adds is not the request's. The connection
    /// itself is part of a run, and spread over its requests.
    /// </summary>
    private static long BytesARequest<TRequest>(MemoryBroker broker, TRequest request, short version)
        where TRequest : IWireMessage<TRequest>, IRequest
    {
        byte[] frame = TestClient.Encode(TRequest.Key, version, 1, body => body.Write(request, version));
        var dispatcher = new RequestDispatcher(ApiHandlerList.Create(broker.Parts), broker.Time, broker.Parts.Owed);
        var info = new ConnectionInfo(1, "PLAINTEXT", new(System.Net.IPAddress.Loopback, 9092), new(System.Net.IPAddress.Loopback, 1));
        long least = long.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            var channel = new ReplayChannel(frame, RequestsARun);
            var connection = new Connection(channel, info, int.MaxValue, dispatcher, broker.Time, NullLogger.Instance);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Task served = connection.RunAsync();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(served.IsCompletedSuccessfully, "something was handed to another thread");
            Assert.True(channel.Answered > RequestsARun, "the requests were not answered");
            least = Math.Min(least, allocated / RequestsARun);
        }

        return least;
    }
}
