using Compat.Wire;

namespace Compat.Log.Tests;

public class AppendAndReadTests
{
    [Fact]
    public void Appended_records_are_read_back_at_the_offsets_they_were_given()
    {
        LogFixture fixture = new();

        AppendResult first = fixture.AppendValues("a", "b");
        AppendResult second = fixture.AppendValues("c");

        Assert.Equal((0, 1), (first.FirstOffset, first.LastOffset));
        Assert.Equal((2, 2), (second.FirstOffset, second.LastOffset));
        Assert.Equal(3, fixture.Log.LogEndOffset);
        Assert.Equal([(0, "a"), (1, "b"), (2, "c")], fixture.ReadAll());
    }

    [Fact]
    public void A_read_from_the_middle_of_a_batch_returns_the_whole_batch()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a", "b", "c");
        fixture.AppendValues("d");

        using LogReadResult read = fixture.Log.Read(1, 1 << 20, FetchIsolation.LogEnd, minOneBatch: true);

        Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (3, "d")], Batches.Values(read.Records));
    }

    [Fact]
    public void A_read_ends_at_the_high_watermark()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a");
        fixture.AppendValues("b");
        fixture.AppendValues("c");
        fixture.Log.AdvanceHighWatermark(2);

        using LogReadResult read = fixture.Log.Read(0, 1 << 20, FetchIsolation.HighWatermark, minOneBatch: true);
        using LogReadResult atHighWatermark = fixture.Log.Read(2, 1 << 20, FetchIsolation.HighWatermark, minOneBatch: true);

        Assert.Equal([(0, "a"), (1, "b")], Batches.Values(read.Records));
        Assert.Equal(2, read.HighWatermark);
        Assert.Equal((ErrorCode.None, 0), (atHighWatermark.ErrorCode, atHighWatermark.Records.Size));
        Assert.False(atHighWatermark.Records.IsNull);
    }

    [Fact]
    public void Offsets_outside_the_log_are_out_of_range_and_its_end_is_not()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a");

        Assert.Equal(ErrorCode.OffsetOutOfRange, fixture.Log.Read(-1, 100, FetchIsolation.LogEnd, true).ErrorCode);
        Assert.Equal(ErrorCode.OffsetOutOfRange, fixture.Log.Read(2, 100, FetchIsolation.LogEnd, true).ErrorCode);
        Assert.Equal(ErrorCode.None, fixture.Log.Read(1, 100, FetchIsolation.LogEnd, true).ErrorCode);
    }

    [Fact]
    public void A_first_batch_larger_than_wanted_is_read_only_when_one_is_demanded()
    {
        LogFixture fixture = new();
        fixture.AppendValues(new string('x', 1000));
        fixture.AppendValues("small");

        using LogReadResult demanded = fixture.Log.Read(0, 10, FetchIsolation.LogEnd, minOneBatch: true);
        using LogReadResult notDemanded = fixture.Log.Read(0, 10, FetchIsolation.LogEnd, minOneBatch: false);

        Assert.Single(Batches.Values(demanded.Records));
        Assert.Equal(0, notDemanded.Records.Size);
    }
}
