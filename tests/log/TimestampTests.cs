using Compat.Log.Configuration;
using Compat.Wire.Records;
using CsCheck;

namespace Compat.Log.Tests;

public class TimestampTests
{
    [Fact]
    public void The_first_record_at_or_after_a_time_is_found_within_its_batch()
    {
        LogFixture fixture = new();
        fixture.Append(Batch(10, 20, 30), leaderEpoch: 3);
        fixture.Append(Batch(40, 50), leaderEpoch: 3);

        Assert.Equal(new OffsetByTimestamp(10, 0, 3), fixture.Log.OffsetForTimestamp(0));
        Assert.Equal(new OffsetByTimestamp(20, 1, 3), fixture.Log.OffsetForTimestamp(11));
        Assert.Equal(new OffsetByTimestamp(30, 2, 3), fixture.Log.OffsetForTimestamp(30));
        Assert.Equal(new OffsetByTimestamp(40, 3, 3), fixture.Log.OffsetForTimestamp(31));
        Assert.Null(fixture.Log.OffsetForTimestamp(51));
    }

    [Fact]
    public void A_compressed_batch_is_looked_into()
    {
        LogFixture fixture = new();
        fixture.Append(Batch(CompressionType.Zstd, 10, 20, 30));

        Assert.Equal(1, fixture.Log.OffsetForTimestamp(15)!.Value.Offset);
    }

    [Fact]
    public void Records_below_the_log_start_are_not_found()
    {
        LogFixture fixture = new();
        fixture.Append(Batch(10, 20, 30));
        fixture.Log.AdvanceHighWatermark(3);
        fixture.Log.DeleteRecordsBefore(2);

        Assert.Equal(2, fixture.Log.OffsetForTimestamp(0)!.Value.Offset);
    }

    [Fact]
    public void The_record_with_the_greatest_timestamp_is_the_first_that_has_it()
    {
        LogFixture fixture = new();
        Assert.Null(fixture.Log.OffsetOfMaxTimestamp());
        fixture.Append(Batch(10, 90, 30));
        fixture.Log.Roll();
        fixture.Append(Batch(90, 50));

        Assert.Equal(new OffsetByTimestamp(90, 1, 0), fixture.Log.OffsetOfMaxTimestamp());
        fixture.Restart();
        Assert.Equal(new OffsetByTimestamp(90, 1, 0), fixture.Log.OffsetOfMaxTimestamp());
    }

    [Fact]
    public void The_earliest_offset_has_the_epoch_of_its_record()
    {
        LogFixture fixture = new();
        Assert.Equal(new OffsetByTimestamp(-1, 0, -1), fixture.Log.EarliestOffset());
        fixture.Append(Batch(1), leaderEpoch: 2);
        fixture.Append(Batch(1), leaderEpoch: 5);
        fixture.Log.AdvanceHighWatermark(2);

        Assert.Equal(new OffsetByTimestamp(-1, 0, 2), fixture.Log.EarliestOffset());
        fixture.Log.DeleteRecordsBefore(1);
        Assert.Equal(new OffsetByTimestamp(-1, 1, 5), fixture.Log.EarliestOffset());
    }

    [Fact]
    public void Any_time_is_answered_as_by_looking_at_every_record()
    {
        Gen<long[][]> batches = Gen.Long[0, 50].Array[1, 5].Array[1, 30];
        Gen.Select(batches, Gen.Int[0, 2]).Sample((timestamps, ending) =>
        {
            LogFixture fixture = new(config: LogConfig.Default with { IndexIntervalBytes = 100, SegmentBytes = 800, SegmentMs = long.MaxValue });
            foreach (long[] each in timestamps)
            {
                fixture.Append(Batch(each));
            }

            if (ending == 1)
            {
                fixture.Restart();
            }
            else if (ending == 2)
            {
                fixture.Crash();
            }

            List<long> all = [.. timestamps.SelectMany(each => each)];
            for (long time = 0; time <= 51; time++)
            {
                int expected = all.FindIndex(each => each >= time);
                Assert.Equal(expected, fixture.Log.OffsetForTimestamp(time)?.Offset ?? -1);
            }

            Assert.Equal(all.IndexOf(all.Max()), fixture.Log.OffsetOfMaxTimestamp()!.Value.Offset);
        }, iter: 200);
    }

    private static byte[] Batch(params long[] timestamps) => Batch(CompressionType.None, timestamps);

    private static byte[] Batch(CompressionType compression, params long[] timestamps)
    {
        using RecordBatchBuilder builder = new() { Compression = Compression.Of(compression) };
        foreach (long timestamp in timestamps)
        {
            builder.Append(timestamp, null, "v"u8.ToArray());
        }

        return builder.Build();
    }
}
