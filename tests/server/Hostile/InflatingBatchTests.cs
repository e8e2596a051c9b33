using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Hostile;

/// <summary>Batches that are small on the wire and large once decompressed, sent to a real process whose memory is watched.</summary>
[Collection(MemoryCollection.Name)]
public sealed class InflatingBatchTests : IDisposable
{
    private const int InflatedBytes = 64 << 20;
    private const int Clients = 8;
    private const int BatchesEach = 4;

    // Far below one inflated batch: what the codecs and buffers of so many requests at once may take.
    private const long AllowanceBytes = 40 << 20;

    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    [InlineData(CompressionType.Snappy)]
    public async Task They_are_refused_in_flat_memory(CompressionType type)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the memory of another process is read from /proc");
        using ServerProcess broker = await ServerProcess.StartReadyAsync(
            "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", $"log.dirs={_directory.Path}/data",
            "--override", "max.decompressed.message.bytes=8388608", "--override", "message.max.bytes=10000000");
        byte[] batch = Bomb(type);
        Assert.InRange(batch.Length, 1, InflatedBytes / 10);
        using SocketClient first = await ConnectAsync(broker);
        var create = new CreateTopicsRequest { Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }] };
        Assert.Equal(ErrorCode.None, (await first.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(create, 5)).Topics[0].ErrorCode);
        await ProduceAsync(first, batch);
        long before = PeakBytes(broker);

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using SocketClient client = await ConnectAsync(broker);
            for (int i = 0; i < BatchesEach; i++)
            {
                await ProduceAsync(client, batch);
            }
        }));

        Assert.InRange(PeakBytes(broker) - before, 0, AllowanceBytes + (2 * Clients * (long)batch.Length));
        var end = new ListOffsetsRequest { ReplicaId = -1, Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, Timestamp = -1 }] }] };
        Assert.Equal(0, (await first.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(end, 5)).Topics[0].Partitions[0].Offset);
    }

    public void Dispose() => _directory.Dispose();

    private static byte[] Bomb(CompressionType type)
    {
        using var builder = new RecordBatchBuilder { Compression = Compression.Of(type) };
        builder.Append(1_700_000_000_000, null, new byte[InflatedBytes]);
        return builder.Build();
    }

    private static async Task ProduceAsync(SocketClient client, byte[] batch)
    {
        var request = new ProduceRequest { TransactionalId = null, Acks = 1, TimeoutMs = 1000, TopicData = [new() { Name = "t", PartitionData = [new() { Index = 0, Records = batch }] }] };
        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(request, 9);
        Assert.Equal(ErrorCode.MessageTooLarge, response.Responses[0].PartitionResponses[0].ErrorCode);
    }

    private static async Task<SocketClient> ConnectAsync(ServerProcess broker)
    {
        var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(IPAddress.Loopback, broker.Port, TestContext.Current.CancellationToken);
        return new SocketClient(connection);
    }

    /// <summary>The most memory that the process has had at any time.</summary>
    private static long PeakBytes(ServerProcess broker)
    {
        string line = File.ReadLines($"/proc/{broker.Id}/status").Single(each => each.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
