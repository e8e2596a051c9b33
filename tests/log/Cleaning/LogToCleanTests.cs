using Compat.Log.Cleaning;
using Compat.Log.Configuration;

namespace Compat.Log.Tests.Cleaning;

/// <summary>Which part of a log is clean, dirty, or not to be cleaned yet, and when it is time.</summary>
public class LogToCleanTests
{
    private static readonly LogConfig Compacted = CleaningFixture.Compacted;

    [Fact]
    public void A_log_of_one_segment_has_nothing_to_clean()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"));

        LogToClean dirty = Look(fixture);

        Assert.Equal((0, 0, 0, false), (dirty.CleanableCount, dirty.CleanableBytes, dirty.DirtyRatio, dirty.IsDue));
    }

    [Fact]
    public void The_ratio_of_dirty_bytes_decides()
    {
        CleaningFixture fixture = new(Compacted with { MinCleanableDirtyRatio = 0.5 });
        fixture.Append(("a", "1"));
        fixture.RollAndClean();
        fixture.Append(("b", "1"));
        fixture.Roll();
        Assert.Equal((0.5, false), (Look(fixture).DirtyRatio, Look(fixture).IsDue));

        fixture.Append(("c", "1"));
        fixture.Roll();

        Assert.Equal((2.0 / 3, true, 1, 3), (Look(fixture).DirtyRatio, Look(fixture).IsDue, Look(fixture).FirstDirtyOffset, Look(fixture).FirstUncleanableOffset));
        fixture.Log.Config = Compacted with { MinCleanableDirtyRatio = 0.7 };
        Assert.False(Look(fixture).IsDue);
    }

    [Fact]
    public void A_record_younger_than_min_compaction_lag_ms_keeps_its_segment_and_all_after_it()
    {
        CleaningFixture fixture = new(Compacted with { MinCompactionLagMs = 1000 });
        fixture.Append(("a", "1"));
        fixture.Roll();
        fixture.Advance(500);
        fixture.Append(("a", "2"));
        fixture.Roll();
        Assert.Equal(0, Look(fixture).CleanableCount);

        fixture.Advance(500);
        Assert.Equal((1, 1), (Look(fixture).CleanableCount, Look(fixture).FirstUncleanableOffset));

        fixture.Advance(500);
        Assert.Equal(2, Look(fixture).CleanableCount);
    }

    [Fact]
    public void A_record_older_than_max_compaction_lag_ms_makes_it_time()
    {
        CleaningFixture fixture = new(Compacted with { MinCleanableDirtyRatio = 1, MaxCompactionLagMs = 1000 });
        fixture.Append(("a", "1"));
        fixture.Roll();
        fixture.Advance(1000);
        Assert.Equal((0, false), (Look(fixture).MaxDelayMs, Look(fixture).IsDue));

        fixture.Advance(1);

        Assert.Equal((1, true), (Look(fixture).MaxDelayMs, Look(fixture).IsDue));
        fixture.Clean();
        fixture.Advance(10_000);
        Assert.False(Look(fixture).IsDue);
    }

    [Fact]
    public void Max_compaction_lag_ms_closes_the_active_segment_in_time()
    {
        CleaningFixture fixture = new(Compacted with { MaxCompactionLagMs = 1000 });
        fixture.Append(("a", "1"));
        fixture.Advance(1001);

        fixture.Append(("a", "2"));

        Assert.Equal(2, fixture.Log.SegmentCount);
    }

    [Fact]
    public void A_log_that_was_never_cleaned_is_dirty_from_its_start()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("b", "1"));
        fixture.Append(("c", "1"));
        fixture.Roll();
        fixture.Log.DeleteRecordsBefore(1);

        Assert.Equal((null, 1), (fixture.Log.CleanedOffset, Look(fixture).FirstDirtyOffset));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    public void A_cleaned_offset_that_cannot_be_right_counts_as_none(long offset)
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("b", "1"));
        fixture.Roll();
        fixture.Log.DeleteRecordsBefore(1);
        fixture.Log.CleanedOffset = offset;

        Assert.Equal(1, Look(fixture).FirstDirtyOffset);
    }

    private static LogToClean Look(CleaningFixture fixture) => LogToClean.Of(fixture.Log, fixture.NowMs);
}
