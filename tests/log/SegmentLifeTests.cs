using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Wire;

namespace Compat.Log.Tests;

public class SegmentLifeTests
{
    private static readonly int BatchSize = Batches.Of(0, "1234567890").Length;

    [Fact]
    public void A_full_segment_is_rolled()
    {
        LogFixture fixture = new(config: LogConfig.Default with { SegmentBytes = 2 * BatchSize });
        for (int index = 0; index < 5; index++)
        {
            fixture.AppendValues("1234567890");
        }

        Assert.Equal(3, fixture.Log.SegmentCount);
        Assert.Equal(["00000000000000000000.log", "00000000000000000002.log", "00000000000000000004.log"], Logs(fixture));
        Assert.Equal(5, fixture.ReadAll().Count);
    }

    [Fact]
    public void A_batch_larger_than_a_segment_is_refused()
    {
        LogFixture fixture = new(config: LogConfig.Default with { SegmentBytes = BatchSize - 1 });

        Assert.Equal(ErrorCode.RecordListTooLarge, fixture.Append(Batches.Of(0, "1234567890")).ErrorCode);
    }

    [Fact]
    public void A_segment_is_rolled_when_the_time_of_its_records_spans_segment_ms()
    {
        LogFixture fixture = new(config: LogConfig.Default with { SegmentMs = 1000 });
        fixture.Append(Batches.Of(fixture.NowMs, "a"));
        fixture.Append(Batches.Of(fixture.NowMs + 1000, "b"));
        Assert.Equal(1, fixture.Log.SegmentCount);

        fixture.Append(Batches.Of(fixture.NowMs + 1001, "c"));

        Assert.Equal(2, fixture.Log.SegmentCount);
    }

    [Fact]
    public void A_segment_is_rolled_by_time_after_a_restart_as_well()
    {
        LogFixture fixture = new(config: LogConfig.Default with { SegmentMs = 1000 });
        fixture.Append(Batches.Of(fixture.NowMs, "a"));
        fixture.Restart();

        fixture.Append(Batches.Of(fixture.NowMs + 1001, "b"));

        Assert.Equal(2, fixture.Log.SegmentCount);
    }

    [Fact]
    public void A_full_index_rolls_the_segment()
    {
        LogFixture fixture = new(config: LogConfig.Default with { IndexIntervalBytes = 0, SegmentIndexBytes = 24 });
        for (int index = 0; index < 5; index++)
        {
            fixture.AppendValues("a");
        }

        Assert.True(fixture.Log.SegmentCount > 1);
        Assert.Equal(5, fixture.ReadAll().Count);
    }

    [Fact]
    public void Rolling_an_empty_segment_does_nothing()
    {
        LogFixture fixture = new();
        fixture.Log.Roll();
        fixture.AppendValues("a");
        fixture.Log.Roll();
        fixture.Log.Roll();

        Assert.Equal(2, fixture.Log.SegmentCount);
    }

    [Fact]
    public void Segments_older_than_retention_ms_go_and_take_the_log_start_along()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default with { RetentionMs = 10_000 });
        fixture.Time.Advance(TimeSpan.FromMilliseconds(6500));

        Assert.Equal(2, fixture.Log.DeleteOldSegments());

        Assert.Equal((2, 3), (fixture.Log.LogStartOffset, fixture.Log.LogEndOffset));
        Assert.Equal(ErrorCode.OffsetOutOfRange, fixture.Log.Read(1, 10, FetchIsolation.LogEnd, true).ErrorCode);
        Assert.Contains("00000000000000000000.log.deleted", fixture.FileNames());
        fixture.Time.Advance(TimeSpan.FromMilliseconds(fixture.Config.FileDeleteDelayMs));
        Assert.True(SpinWait.SpinUntil(() => !fixture.FileNames().Exists(name => name.EndsWith(".deleted", StringComparison.Ordinal)), 5000));
        Assert.Equal(["00000000000000000002.log"], Logs(fixture));
    }

    [Fact]
    public void When_everything_is_too_old_an_empty_segment_remembers_the_end()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default with { RetentionMs = 10_000 });
        fixture.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(3, fixture.Log.DeleteOldSegments());
        Assert.Equal(0, fixture.Log.DeleteOldSegments());
        fixture.Restart();

        Assert.Equal((3, 3, 1), (fixture.Log.LogStartOffset, fixture.Log.LogEndOffset, fixture.Log.SegmentCount));
        Assert.Equal(3, fixture.AppendValues("next").FirstOffset);
    }

    [Fact]
    public void Segments_beyond_retention_bytes_go_oldest_first()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default with { RetentionBytes = BatchSize });

        Assert.Equal(2, fixture.Log.DeleteOldSegments());

        Assert.Equal((2, BatchSize), (fixture.Log.LogStartOffset, fixture.Log.Size));
    }

    [Fact]
    public void Nothing_at_or_above_the_high_watermark_is_deleted()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default with { RetentionBytes = 0 }, highWatermark: 1);

        Assert.Equal(1, fixture.Log.DeleteOldSegments());

        Assert.Equal(1, fixture.Log.LogStartOffset);
    }

    [Fact]
    public void A_compacted_log_loses_only_what_lies_below_its_start()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default with { RetentionBytes = 0, RetentionMs = 1 });
        fixture.Log.Config = fixture.Log.Config with { CleanupDelete = false };
        Assert.Equal(0, fixture.Log.DeleteOldSegments());

        fixture.Log.DeleteRecordsBefore(1);

        Assert.Equal(1, fixture.Log.DeleteOldSegments());
    }

    [Fact]
    public void A_time_index_that_lies_does_not_get_a_segment_deleted()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default with { RetentionMs = 3_600_000 });
        fixture.Log.Close();
        fixture.Storage.WriteAllBytes($"{fixture.Directory}/00000000000000000000.timeindex", new byte[12], flush: false);
        fixture.Restart();
        fixture.Log.AdvanceHighWatermark(3);

        Assert.Equal(0, fixture.Log.DeleteOldSegments());
        Assert.Equal(0, fixture.Log.OffsetForTimestamp(1)!.Value.Offset);
    }

    [Fact]
    public void DeleteRecords_moves_the_start_up_to_the_high_watermark_and_no_further()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default, highWatermark: 2);

        Assert.Equal((ErrorCode.None, 1), fixture.Log.DeleteRecordsBefore(1));
        Assert.Equal((ErrorCode.None, 1), fixture.Log.DeleteRecordsBefore(0));
        Assert.Equal(ErrorCode.OffsetOutOfRange, fixture.Log.DeleteRecordsBefore(3).ErrorCode);
        Assert.Equal((ErrorCode.None, 2), fixture.Log.DeleteRecordsBefore(-1));
        Assert.Equal(ErrorCode.OffsetOutOfRange, fixture.Log.DeleteRecordsBefore(-2).ErrorCode);
        Assert.Equal(ErrorCode.OffsetOutOfRange, fixture.Log.Read(1, 100, FetchIsolation.LogEnd, true).ErrorCode);
    }

    [Fact]
    public void Truncation_removes_records_segments_and_epochs()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default);

        Assert.True(fixture.Log.TruncateTo(1));

        Assert.Equal((1, 1, 2), (fixture.Log.LogEndOffset, fixture.Log.HighWatermark, fixture.Log.SegmentCount));
        Assert.Equal(0, fixture.Log.LatestEpoch);
        Assert.Equal(1, fixture.AppendValues("again").FirstOffset);
        fixture.Crash();
        Assert.Equal([(0, "1234567890"), (1, "again")], fixture.ReadAll());
    }

    [Fact]
    public void Offsets_written_again_after_a_truncation_are_found_where_they_are_now()
    {
        LogFixture fixture = new();
        fixture.AppendValues("first");
        for (int index = 0; index < 10; index++)
        {
            fixture.AppendValues(new string('x', 200));
        }

        fixture.Log.TruncateTo(1);
        for (int index = 1; index <= 4; index++)
        {
            fixture.AppendValues($"y{index}");
        }

        for (int index = 1; index <= 4; index++)
        {
            using LogReadResult read = fixture.Log.Read(index, 1, FetchIsolation.LogEnd, minOneBatch: true);
            Assert.Equal([(index, $"y{index}")], Batches.Values(read.Records));
        }
    }

    [Fact]
    public void Truncation_within_a_batch_removes_the_whole_batch()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a", "b");
        fixture.AppendValues("c", "d");

        fixture.Log.TruncateTo(3);

        Assert.Equal(2, fixture.Log.LogEndOffset);
        Assert.Equal(2, fixture.ReadAll().Count);
    }

    [Fact]
    public void Truncation_at_or_beyond_the_end_keeps_all_records()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default);

        Assert.False(fixture.Log.TruncateTo(3));

        Assert.Equal(3, fixture.Log.LogEndOffset);
    }

    [Fact]
    public void A_log_can_begin_anew_at_an_offset()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default);

        fixture.Log.TruncateFullyAndStartAt(100);
        Assert.Equal((100, 100, 100), (fixture.Log.LogStartOffset, fixture.Log.HighWatermark, fixture.Log.LogEndOffset));
        fixture.Restart();

        Assert.Equal(100, fixture.AppendValues("a").FirstOffset);
        Assert.Equal(["00000000000000000100.log"], Logs(fixture));
    }

    [Fact]
    public void Truncating_below_the_first_segment_begins_anew_there()
    {
        LogFixture fixture = ThreeSegments(LogConfig.Default with { RetentionBytes = BatchSize });
        fixture.Log.DeleteOldSegments();

        fixture.Log.TruncateTo(1);

        Assert.Equal((1, 1), (fixture.Log.LogStartOffset, fixture.Log.LogEndOffset));
    }

    [Fact]
    public void A_rolled_segment_is_flushed_beside_the_requests_and_what_follows_it_is_not()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a");
        fixture.Log.Roll();
        fixture.AppendValues("b");

        fixture.Flushes.RunAll();

        Assert.Equal(1, fixture.Log.RecoveryPoint);
    }

    private static LogFixture ThreeSegments(LogConfig config, long highWatermark = 3)
    {
        LogFixture fixture = new(config: config);
        for (int index = 0; index < 3; index++)
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            fixture.Append(Batches.Of(fixture.NowMs, "1234567890"), leaderEpoch: index);
            if (index < 2)
            {
                fixture.Log.Roll();
            }
        }

        fixture.Time.Advance(TimeSpan.FromSeconds(3));
        fixture.Log.AdvanceHighWatermark(highWatermark);
        return fixture;
    }

    private static List<string> Logs(LogFixture fixture) =>
        [.. fixture.FileNames().Where(name => name.EndsWith(".log", StringComparison.Ordinal))];
}
