using System.Buffers.Binary;
using Compat.Log.Storage;
using Compat.Server.Handlers;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Tests.Hostile;

/// <summary>What a whole broker does with requests that it must not carry out. Beside this: DispatchTests for frames, HostileBytesTests for what decoding may cost.</summary>
public class BadInputTests
{
    private static readonly string[] BadNames =
        ["", ".", "..", "/", "../escaped", "a/b", "/tmp/absolute", "a\\b", "nul\0", "new\nline", "ünicode", "a b", new('x', 250), "a-0.deleted/..", "~"];

    [Fact]
    public async Task A_version_that_is_not_carried_out_closes_the_connection_for_every_API_but_ApiVersions()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        foreach (ApiHandler handler in broker.Handlers.All.Where(handler => handler.Key != ApiKey.ApiVersions))
        {
            foreach (int version in (int[])[handler.MinVersion - 1, handler.MaxVersion + 1, short.MaxValue, short.MinValue])
            {
                await AssertClosedAsync(broker, handler.Key, (short)version);
            }
        }
    }

    [Fact]
    public async Task An_API_that_is_not_carried_out_closes_the_connection_also_when_it_is_one_between_brokers()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        ApiKey[] others = [.. Enumerable.Range(-2, 110).Select(key => (ApiKey)key).Where(key => broker.Handlers.Find((short)key) is null)];
        Assert.Contains(ApiKey.AlterPartition, others);
        foreach (ApiKey key in others)
        {
            await AssertClosedAsync(broker, key, 0);
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_topic_name_is_never_a_path(ApiKey key)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("log.dirs=/disk/data");
        HashSet<string> before = Directories(broker.Storage);
        var random = new Random((int)key);
        var filler = new RequestFiller(random, BadNames);
        ApiInfo api = ApiCatalog.Get(key);
        Type type = RequestFiller.Requests.Single(request => request.Key == key).Type;
        for (short version = api.MinVersion; version <= api.LatestStableVersion; version++)
        {
            for (int i = 0; i < BadNames.Length; i++)
            {
                if (RequestFiller.TryEncode(key, version, filler.Make(type)) is byte[] frame)
                {
                    using TestClient client = await broker.ConnectAsync();
                    await client.SendAsync(frame);
                    client.Channel.Abort();
                }
            }
        }

        await broker.DrainAsync();
        Assert.All(Directories(broker.Storage).Except(before), path => Assert.Matches("^/disk/data/__consumer_offsets-[0-9]+$", path));
        Assert.DoesNotContain(broker.Loggers.Lines, line => line.Level >= LogLevel.Error);
    }

    public static TheoryData<ApiKey> Keys =>
    [
        ApiKey.Produce, ApiKey.Fetch, ApiKey.ListOffsets, ApiKey.Metadata, ApiKey.OffsetCommit, ApiKey.OffsetFetch, ApiKey.CreateTopics, ApiKey.DeleteTopics,
        ApiKey.DeleteRecords, ApiKey.OffsetForLeaderEpoch, ApiKey.DescribeConfigs, ApiKey.AlterConfigs, ApiKey.IncrementalAlterConfigs, ApiKey.DescribeLogDirs,
        ApiKey.CreatePartitions, ApiKey.OffsetDelete, ApiKey.DescribeProducers, ApiKey.DescribeTopicPartitions,
    ];

    private static HashSet<string> Directories(MemoryStorage storage)
    {
        HashSet<string> found = [];
        var waiting = new Queue<string>(["/"]);
        while (waiting.TryDequeue(out string? directory))
        {
            foreach (StorageEntry entry in storage.List(directory).Where(entry => entry.IsDirectory))
            {
                string path = Path.Combine(directory, entry.Name);
                found.Add(path);
                waiting.Enqueue(path);
            }
        }

        return found;
    }

    private static async Task AssertClosedAsync(MemoryBroker broker, ApiKey key, short version)
    {
        using TestClient client = await broker.ConnectAsync();
        byte[] frame = new byte[4 + 10];
        BinaryPrimitives.WriteInt32BigEndian(frame, 10);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(4), (short)key);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(6), version);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(12), -1);
        await client.SendAsync(frame);
        await client.AssertClosedAsync();
        Assert.Contains(broker.Loggers.Lines, line => line.Text.StartsWith("Closed the connection", StringComparison.Ordinal));
    }
}
