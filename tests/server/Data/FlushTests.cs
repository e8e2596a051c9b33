using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Data;

/// <summary>With flush.messages=1 no answer leaves before its flush, and nobody else waits for it.</summary>
public sealed class FlushTests : IDisposable
{
    private const short Version = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    private readonly FaultyStorage _storage = new(new MemoryStorage(TimeProvider.System));
    private readonly ManualResetEventSlim _isDeviceDone = new();
    private int _flushes;

    public FlushTests()
    {
        _storage.Before = (operation, path) =>
        {
            if (operation == StorageOperation.Flush && path.EndsWith(".log", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _flushes);
                Assert.True(_isDeviceDone.Wait(Patience));
            }
        };
    }

    public void Dispose() => _isDeviceDone.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task An_answer_waits_for_the_flush_and_a_reader_does_not_see_the_record_before(short acks)
    {
        await using DataFixture fixture = NewFixture();
        using TestClient client = await fixture.ConnectAsync();

        await client.SendAsync(Request(0, acks, fixture.Batch("a")), Version);
        Task<(int, ProduceResponse Response)> answer = client.ReadAsync<ProduceResponse>(ApiKey.Produce, Version);
        await UntilAsync(() => _flushes == 1);
        Assert.Equal((1L, 0L), (fixture.Partition(0).Log.LogEndOffset, fixture.Partition(0).HighWatermark));
        Assert.False(answer.IsCompleted);

        _isDeviceDone.Set();
        Assert.Equal(ErrorCode.None, CodeOf((await answer).Response));

        // With acks=1 the answer waits for the flush alone, and may be here first.
        await UntilAsync(() => fixture.Partition(0).HighWatermark == 1);
    }

    [Fact]
    public async Task Other_partitions_are_produced_to_while_a_device_flushes()
    {
        await using DataFixture fixture = NewFixture();
        using TestClient waiting = await fixture.ConnectAsync();
        using TestClient other = await fixture.ConnectAsync();
        fixture.AddTopic("unflushed", new Uuid(5, 5));
        await waiting.SendAsync(Request(0, 1, fixture.Batch("a")), Version);
        await UntilAsync(() => _flushes == 1);

        ProduceRequest request = Request(0, -1, fixture.Batch("b"));
        request.TopicData[0].Name = "unflushed";
        Assert.Equal(ErrorCode.None, CodeOf(await other.AskAsync<ProduceRequest, ProduceResponse>(request, Version)));
        _isDeviceDone.Set();
    }

    [Fact]
    public async Task One_flush_answers_every_request_that_came_during_the_one_before()
    {
        await using DataFixture fixture = NewFixture();
        List<TestClient> clients = [];
        for (int index = 0; index < 20; index++)
        {
            clients.Add(await fixture.ConnectAsync());
        }

        List<Task<(int, ProduceResponse Response)>> answers = [];
        foreach (TestClient client in clients)
        {
            await client.SendAsync(Request(0, 1, fixture.Batch("a")), Version);
            answers.Add(client.ReadAsync<ProduceResponse>(ApiKey.Produce, Version));
        }

        await UntilAsync(() => fixture.Partition(0).Log.LogEndOffset == 20);
        _isDeviceDone.Set();

        (int, ProduceResponse Response)[] all = await Task.WhenAll(answers);
        Assert.All(all, answer => Assert.Equal(ErrorCode.None, CodeOf(answer.Response)));
        Assert.InRange(_flushes, 1, 2);
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_failed_flush_acknowledges_nobody(short acks)
    {
        await using DataFixture fixture = NewFixture();
        using TestClient client = await fixture.ConnectAsync();
        _storage.Fault = (operation, path) => operation == StorageOperation.Flush ? new IOException("EIO") : null;
        _isDeviceDone.Set();

        Assert.Equal(ErrorCode.KafkaStorageError, CodeOf(await client.AskAsync<ProduceRequest, ProduceResponse>(Request(0, acks, fixture.Batch("a")), Version)));
        _storage.Heal();
        Assert.Equal(ErrorCode.KafkaStorageError, CodeOf(await client.AskAsync<ProduceRequest, ProduceResponse>(Request(0, acks, fixture.Batch("b")), Version)));
        Assert.Equal(0, fixture.Partition(0).HighWatermark);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(Patience);
        while (!condition())
        {
            await Task.Delay(Interval, TimeProvider.System, limit.Token);
        }
    }

    private static ErrorCode CodeOf(ProduceResponse response) => response.Responses[0].PartitionResponses[0].ErrorCode;

    private static ProduceRequest Request(int partition, short acks, byte[] batch) => new()
    {
        Acks = acks,
        TimeoutMs = 30_000,
        TopicData = [new() { Name = DataFixture.Topic, PartitionData = [new() { Index = partition, Records = batch }] }],
    };

    private DataFixture NewFixture() => new(config: LogConfig.Default with { FlushMessages = 1 }, storage: _storage);
}
