using System.Buffers.Binary;
using Compat.Log;
using Compat.Log.Storage;
using Compat.Server.Tests.Groups;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Data;

/// <summary>
/// The disk will fail: whatever file of a data directory is damaged, a start neither hangs nor passes it over in silence. What is
/// lost is said by its offsets, and everything else is served.
/// </summary>
public class DamageTests
{
    private const string OrdersDirectory = "/data/orders-0";
    private const string OffsetsDirectory = "/data/__consumer_offsets-0";
    private const string MetadataLog = "/data/__cluster_metadata-0/00000000000000000000.log";
    private const int SegmentCount = 3;
    private const int BatchesEach = 3;
    private const int Damaged = 4;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_in_the_middle_is_said_to_be_damaged_and_all_others_are_read(bool isCleanStop)
    {
        MemoryBroker broker = await StopWithSegmentsAsync();
        ZeroHeader(broker.Storage, SegmentOf(OrdersDirectory, SegmentCount), index: Damaged - SegmentCount);
        if (!isCleanStop)
        {
            broker.Storage.DeleteFile("/data/.kafka_cleanshutdown");
        }

        await using MemoryBroker again = await broker.RestartAsync();

        Assert.Empty(await WrongsAsync(again, [Damaged]));
    }

    [Fact]
    public async Task The_check_finds_damage_that_is_passed_over()
    {
        MemoryBroker broker = await StopWithSegmentsAsync();
        string segment = SegmentOf(OrdersDirectory, SegmentCount);
        byte[] bytes = broker.Storage.ReadAllBytes(segment)!;
        int[] positions = Positions(bytes);
        broker.Storage.WriteAllBytes(segment, [.. bytes[..positions[1]], .. bytes[positions[2]..]], flush: false);

        await using MemoryBroker again = await broker.RestartAsync();

        Assert.NotEmpty(await WrongsAsync(again, [Damaged]));
    }

    [Fact]
    public async Task Nothing_is_lost_by_garbage_in_all_files_that_can_be_made_anew()
    {
        MemoryBroker broker = await StopWithSegmentsAsync();
        string[] checkpoints = [.. broker.Storage.List("/data").Where(entry => entry.Name.EndsWith("-checkpoint", StringComparison.Ordinal)).Select(entry => $"/data/{entry.Name}")];
        string[] beside = [.. broker.Storage.List(OrdersDirectory).Where(entry => !entry.Name.EndsWith(".log", StringComparison.Ordinal)).Select(entry => $"{OrdersDirectory}/{entry.Name}")];
        Assert.Equal([".index", ".snapshot", ".timeindex", "leader-epoch-checkpoint", "partition.metadata"], beside.Select(path => Path.GetFileName(path).TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')).Distinct().Order());
        foreach (string path in (string[])[.. checkpoints, .. beside])
        {
            broker.Storage.WriteAllBytes(path, [.. Enumerable.Range(0, 97).Select(index => (byte)(index * 37))], flush: false);
        }

        await using MemoryBroker again = await broker.RestartAsync();

        Assert.Empty(await WrongsAsync(again, []));
    }

    [Fact]
    public async Task Groups_whose_offsets_are_not_damaged_go_on()
    {
        string[] groups = ["g1", "g2", "g3"];
        MemoryBroker broker = await MemoryBroker.StartAsync("offsets.topic.num.partitions=1");
        using (TestClient client = await broker.ConnectAsync())
        {
            foreach (string group in groups)
            {
                await client.FindAsync(group);
                await client.CommitAsync(8, group, MemoryBroker.Topic, Uuid.Zero, 7, 0);
                Log(broker, OffsetsDirectory).Roll();
            }
        }

        await broker.DisposeAsync();
        ZeroHeader(broker.Storage, SegmentOf(OffsetsDirectory, 1), index: 0);

        await using MemoryBroker again = await broker.RestartAsync("offsets.topic.num.partitions=1");

        using TestClient reader = await again.ConnectAsync();
        List<long> committed = [];
        foreach (string group in groups)
        {
            await reader.FindAsync(group);
            OffsetFetchResponse fetched = await reader.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
                new OffsetFetchRequest { GroupId = group, Topics = [new() { Name = MemoryBroker.Topic, PartitionIndexes = [0] }] }, 5);
            Assert.Equal(ErrorCode.None, fetched.ErrorCode);
            committed.Add(fetched.Topics[0].Partitions[0].CommittedOffset);
        }

        Assert.Equal([7, -1, 7], committed);
        Assert.Contains(again.Loggers.Lines, line => line.Text.Contains("segment 1 of /data/__consumer_offsets-0", StringComparison.Ordinal) && line.Text.Contains("the offsets from 1 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_metadata_log_stops_the_start_with_its_offset_and_stays_as_it_is()
    {
        MemoryBroker broker = await StopWithSegmentsAsync();
        int index = Positions(broker.Storage.ReadAllBytes(MetadataLog)!).Length / 2;
        ZeroHeader(broker.Storage, MetadataLog, index);
        byte[] damaged = broker.Storage.ReadAllBytes(MetadataLog)!;

        LogDamagedException exception = await Assert.ThrowsAsync<LogDamagedException>(() => broker.RestartAsync());

        Assert.Contains("damaged from offset", exception.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, broker.Storage.ReadAllBytes(MetadataLog));
    }

    /// <summary>Three segments of three batches of one record each.</summary>
    private static async Task<MemoryBroker> StopWithSegmentsAsync()
    {
        MemoryBroker broker = await MemoryBroker.StartAsync();
        using (TestClient client = await broker.ConnectAsync())
        {
            for (int offset = 0; offset < SegmentCount * BatchesEach; offset++)
            {
                if (offset % BatchesEach == 0 && offset > 0)
                {
                    Log(broker, OrdersDirectory).Roll();
                }

                using RecordBatchBuilder builder = new();
                builder.Append(broker.Time.GetUtcNow().ToUnixTimeMilliseconds(), null, System.Text.Encoding.UTF8.GetBytes($"{offset}"));
                ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(
                    new ProduceRequest
                    {
                        Acks = -1,
                        TimeoutMs = 1000,
                        TopicData = [new() { Name = MemoryBroker.Topic, PartitionData = [new() { Index = 0, Records = builder.Build() }] }],
                    },
                    9);
                Assert.Equal(offset, response.Responses[0].PartitionResponses[0].BaseOffset);
            }
        }

        await broker.DisposeAsync();
        return broker;
    }

    private static async Task<List<string>> WrongsAsync(MemoryBroker broker, long[] damaged)
    {
        List<string> wrongs = [];
        using TestClient client = await broker.ConnectAsync();
        for (long offset = 0; offset < SegmentCount * BatchesEach; offset++)
        {
            (ErrorCode code, string values) = await FetchAsync(client, offset);
            (ErrorCode, string) expected = damaged.Contains(offset) ? (ErrorCode.CorruptMessage, "") : (ErrorCode.None, $"{offset}");
            if ((code, values) != expected)
            {
                wrongs.Add($"the fetch of offset {offset} was answered with {code} and '{values}'");
            }
        }

        wrongs.AddRange(damaged
            .Where(offset => !broker.Loggers.Lines.Any(line => line.Text.Contains($"the offsets {offset} to {offset} cannot be read", StringComparison.Ordinal)))
            .Select(offset => $"nothing is said of offset {offset}"));
        return wrongs;
    }

    private static async Task<(ErrorCode Code, string Values)> FetchAsync(TestClient client, long offset)
    {
        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(
            new FetchRequest
            {
                MaxBytes = 1,
                Topics = [new() { Topic = MemoryBroker.Topic, Partitions = [new() { Partition = 0, FetchOffset = offset, PartitionMaxBytes = 1 }] }],
            },
            11);
        FetchResponse.PartitionData partition = response.Responses[0].Partitions[0];
        return (partition.ErrorCode, string.Join(' ', DataFixture.Values(partition.Records.Memory).Select(record => record.Value)));
    }

    private static PartitionLog Log(MemoryBroker broker, string directory) => broker.Parts.Logs.Logs.Single(log => log.DirectoryPath == directory);

    private static string SegmentOf(string directory, long baseOffset) => $"{directory}/{baseOffset:D20}.log";

    private static void ZeroHeader(MemoryStorage storage, string path, int index)
    {
        int position = Positions(storage.ReadAllBytes(path)!)[index];
        using IStorageFile file = storage.Open(path, StorageOpenMode.Existing);
        file.Write(new byte[RecordBatch.HeaderSize], position);
    }

    private static int[] Positions(byte[] segment)
    {
        const int BytesBeforeLength = 12;
        List<int> positions = [];
        for (int position = 0; position < segment.Length; position += BytesBeforeLength + BinaryPrimitives.ReadInt32BigEndian(segment.AsSpan(position + 8)))
        {
            positions.Add(position);
        }

        return [.. positions];
    }
}
