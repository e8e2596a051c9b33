using Compat.Log.Configuration;
using Compat.Wire;

namespace Compat.Log.Tests;

public class ConcurrencyTests
{
    [Fact]
    public async Task Readers_see_every_record_once_and_in_order_while_it_is_written_rolled_and_deleted()
    {
        LogFixture fixture = new(config: LogConfig.Default with { SegmentBytes = 2000, IndexIntervalBytes = 200, RetentionBytes = 20_000, FileDeleteDelayMs = 0 });
        const int Count = 5000;
        Task writer = Task.Run(() =>
        {
            for (int index = 0; index < Count; index++)
            {
                Assert.Equal(index, fixture.Append(Batches.Of(1, $"{index}")).FirstOffset);
                fixture.Log.AdvanceHighWatermark(index + 1);
                if (index % 200 == 0)
                {
                    fixture.Log.DeleteOldSegments();
                    fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
                }
            }
        });
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadToEnd(fixture, Count)))];

        await Task.WhenAll([writer, .. readers]).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Appends_from_many_threads_get_different_offsets()
    {
        LogFixture fixture = new();
        const int Each = 500;
        long[][] offsets = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            Enumerable.Range(0, Each).Select(_ => fixture.Append(Batches.Of(1, "x")).FirstOffset).ToArray()))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(Enumerable.Range(0, 4 * Each).Select(offset => (long)offset), offsets.SelectMany(each => each).Order());
        Assert.Equal(4 * Each, fixture.ReadAll().Count);
    }

    // Falling behind retention is allowed, a record out of order or a hole is not.
    private static void ReadToEnd(LogFixture fixture, int count)
    {
        long next = 0;
        while (next < count)
        {
            using LogReadResult read = fixture.Log.Read(next, 1000, FetchIsolation.HighWatermark, minOneBatch: true);
            if (read.ErrorCode == ErrorCode.OffsetOutOfRange)
            {
                Assert.True(read.LogStartOffset > next);
                next = read.LogStartOffset;
                continue;
            }

            Assert.Equal(ErrorCode.None, read.ErrorCode);
            foreach ((long offset, string value) in Batches.Values(read.Records))
            {
                Assert.Equal((next, $"{next}"), (offset, value));
                next++;
            }

            Assert.InRange(next, 0, read.HighWatermark);
        }
    }
}
