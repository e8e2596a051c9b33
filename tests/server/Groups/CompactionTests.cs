using Compat.Log;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Groups;

/// <summary>__consumer_offsets is compacted like any other topic, and what groups have committed is all there afterwards.</summary>
public class CompactionTests
{
    [Fact]
    public async Task Every_group_goes_on_after_its_log_was_compacted_and_the_broker_started_again()
    {
        MemoryBroker broker = await MemoryBroker.StartAsync("log.cleaner.min.cleanable.ratio=0", "log.cleaner.backoff.ms=1");
        string[] groups = [.. Enumerable.Range(0, 10).Select(index => $"g{index}")];
        using (TestClient client = await broker.ConnectAsync())
        {
            foreach (string group in groups)
            {
                await client.FindAsync(group);
                for (int offset = 1; offset <= 20; offset++)
                {
                    await client.CommitAsync(8, group, MemoryBroker.Topic, Uuid.Zero, offset, 0);
                }
            }
        }

        PartitionLog[] logs = [.. broker.Parts.Logs.Logs.Where(log => log.TopicPartition.Topic == "__consumer_offsets" && log.LogEndOffset > 0)];
        long before = logs.Sum(log => log.Size);
        Array.ForEach(logs, log => log.Roll());
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                broker.Time.Advance(TimeSpan.FromMilliseconds(1));
                return Array.TrueForAll(logs, log => log.CleanedOffset == log.LogEndOffset);
            },
            TimeSpan.FromSeconds(20)));
        Assert.InRange(logs.Sum(log => log.Size), 1, before / 10);
        await broker.DisposeAsync();

        await using MemoryBroker again = await broker.RestartAsync();
        using TestClient reader = await again.ConnectAsync();
        foreach (string group in groups)
        {
            await reader.FindAsync(group);
            OffsetFetchResponse fetched = await reader.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
                new OffsetFetchRequest
                {
                    GroupId = group,
                    Topics = [new OffsetFetchRequest.OffsetFetchRequestTopic { Name = MemoryBroker.Topic, PartitionIndexes = [0] }],
                },
                5);
            Assert.Equal((group, ErrorCode.None), (group, fetched.ErrorCode));
            Assert.Equal(20, fetched.Topics[0].Partitions[0].CommittedOffset);
        }
    }
}
