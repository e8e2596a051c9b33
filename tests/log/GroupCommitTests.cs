using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Log.Tests;

/// <summary>What may be acknowledged with flush.messages and flush.ms, and by how many flushes.</summary>
public class GroupCommitTests
{
    private static readonly LogConfig EachRecord = LogConfig.Default with { FlushMessages = 1 };

    private readonly FaultyStorage _storage = new(new MemoryStorage(new FakeTimeProvider()));
    private int _flushes;

    public GroupCommitTests()
    {
        _storage.Fault = (operation, path) =>
        {
            _flushes += operation == StorageOperation.Flush && path.EndsWith(".log", StringComparison.Ordinal) ? 1 : 0;
            return null;
        };
    }

    [Fact]
    public void Nothing_may_be_acknowledged_before_its_flush()
    {
        LogFixture fixture = new(_storage, EachRecord);
        int told = 0;
        fixture.Log.OnFlushed = () => told++;

        fixture.AppendValues("a", "b");
        Assert.False(fixture.Log.AdvanceHighWatermark(2));
        Assert.Equal((0, 0, 0), (fixture.Log.AcknowledgeableOffset, fixture.Log.HighWatermark, told));

        fixture.Flushes.RunAll();
        Assert.Equal((2, 1), (fixture.Log.AcknowledgeableOffset, told));
        Assert.True(fixture.Log.AdvanceHighWatermark(2));
    }

    [Fact]
    public void One_flush_is_for_all_that_was_appended_before_it()
    {
        LogFixture fixture = new(_storage, EachRecord);
        for (int index = 0; index < 100; index++)
        {
            fixture.AppendValues("x");
        }

        Assert.Equal(1, fixture.Flushes.Count);
        fixture.Flushes.RunAll();
        Assert.Equal((100, 1), (fixture.Log.AcknowledgeableOffset, _flushes));
    }

    [Fact]
    public void What_is_appended_during_a_flush_is_for_the_next_one()
    {
        LogFixture fixture = new(_storage, EachRecord);
        fixture.AppendValues("a");
        bool isFirst = true;
        _storage.Fault = (operation, path) =>
        {
            if (operation == StorageOperation.Flush && path.EndsWith(".log", StringComparison.Ordinal) && isFirst)
            {
                isFirst = false;
                fixture.AppendValues("b");
                fixture.AppendValues("c");
            }

            return null;
        };

        fixture.Flushes.RunOne();
        Assert.Equal((1, 1), (fixture.Log.AcknowledgeableOffset, fixture.Flushes.Count));
        fixture.Flushes.RunOne();
        Assert.Equal((3, 0), (fixture.Log.AcknowledgeableOffset, fixture.Flushes.Count));
    }

    [Fact]
    public void A_retry_of_a_batch_that_is_not_flushed_waits_like_the_batch()
    {
        LogFixture fixture = new(_storage, EachRecord);
        fixture.Append(Batches.FromProducer(9, 0, 0));

        AppendResult retried = fixture.Append(Batches.FromProducer(9, 0, 0));

        Assert.True(retried.IsDuplicate);
        Assert.True(retried.LastOffset >= fixture.Log.AcknowledgeableOffset);
        fixture.Flushes.RunAll();
        Assert.True(retried.LastOffset < fixture.Log.AcknowledgeableOffset);
    }

    [Fact]
    public void With_more_messages_fewer_than_that_are_at_risk()
    {
        LogFixture fixture = new(_storage, LogConfig.Default with { FlushMessages = 3 });
        fixture.AppendValues("a", "b");
        Assert.Equal((0, 2), (fixture.Flushes.Count, fixture.Log.AcknowledgeableOffset));

        fixture.AppendValues("c");
        Assert.Equal((1, 2), (fixture.Flushes.Count, fixture.Log.AcknowledgeableOffset));

        fixture.Flushes.RunAll();
        Assert.Equal(5, fixture.Log.AcknowledgeableOffset);
    }

    [Fact]
    public void Without_flush_settings_nothing_waits_and_nothing_is_flushed()
    {
        LogFixture fixture = new(_storage);
        fixture.AppendValues("a");
        fixture.Time.Advance(TimeSpan.FromDays(1));

        Assert.True(fixture.Log.AdvanceHighWatermark(1));
        Assert.Equal((0, 0, long.MaxValue), (fixture.Flushes.Count, _flushes, fixture.Log.AcknowledgeableOffset));
    }

    [Fact]
    public void With_flush_ms_the_first_unflushed_record_starts_the_time_and_no_answer_waits()
    {
        LogFixture fixture = new(_storage, LogConfig.Default with { FlushMs = 1000 });
        fixture.AppendValues("a");
        Assert.True(fixture.Log.AdvanceHighWatermark(1));
        fixture.Time.Advance(TimeSpan.FromMilliseconds(600));
        fixture.AppendValues("b");
        Assert.Equal(0, fixture.Flushes.Count);

        fixture.Time.Advance(TimeSpan.FromMilliseconds(400));
        fixture.Flushes.RunAll();
        Assert.Equal((2, 1), (fixture.Log.RecoveryPoint, _flushes));

        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, fixture.Flushes.Count);
    }

    [Fact]
    public void What_a_killed_process_left_unflushed_is_flushed_before_it_counts_as_committed()
    {
        MemoryStorage memory = new(new FakeTimeProvider());
        new LogFixture(memory, EachRecord).AppendValues("a");
        LogFixture fixture = new(memory, EachRecord, isClean: false);

        Assert.False(fixture.Log.AdvanceHighWatermark(1));
        fixture.Flushes.RunAll();
        Assert.True(fixture.Log.AdvanceHighWatermark(1));
    }

    [Fact]
    public void A_setting_that_changes_counts_at_once()
    {
        LogFixture fixture = new(_storage);
        fixture.AppendValues("a");
        fixture.Log.AdvanceHighWatermark(1);

        fixture.Log.Config = EachRecord;
        fixture.AppendValues("b");
        Assert.False(fixture.Log.AdvanceHighWatermark(2));
        Assert.Equal(1, fixture.Log.HighWatermark);

        fixture.Log.Config = LogConfig.Default;
        Assert.True(fixture.Log.AdvanceHighWatermark(2));
    }

    [Fact]
    public void A_flush_without_room_refuses_what_waits_and_is_tried_again()
    {
        LogFixture fixture = new(_storage, EachRecord);
        fixture.AppendValues("a");
        _storage.Fault = (operation, path) => operation == StorageOperation.Open && path.Contains("leader-epoch", StringComparison.Ordinal) ? new StorageFullException("full") : null;
        fixture.Flushes.RunAll();
        Assert.Equal((true, false, 0), (fixture.Log.IsFlushRefused, fixture.Log.IsFailed, fixture.Log.AcknowledgeableOffset));

        _storage.Fault = (_, _) => null;
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        fixture.Flushes.RunAll();
        Assert.Equal((false, 1), (fixture.Log.IsFlushRefused, fixture.Log.AcknowledgeableOffset));
    }

    [Fact]
    public void What_was_cut_off_and_appended_anew_during_a_flush_is_not_taken_for_flushed()
    {
        LogFixture fixture = new(_storage, EachRecord);
        fixture.AppendValues("a");
        fixture.Flushes.RunAll();
        fixture.AppendValues("b");
        _storage.Fault = (operation, path) =>
        {
            if (operation == StorageOperation.Flush && path.EndsWith(".log", StringComparison.Ordinal))
            {
                _storage.Fault = (_, _) => null;
                fixture.Log.TruncateTo(1);
                fixture.AppendValues("c");
            }

            return null;
        };

        fixture.Flushes.RunOne();
        Assert.Equal(1, fixture.Log.AcknowledgeableOffset);
        fixture.Flushes.RunAll();
        Assert.Equal(2, fixture.Log.AcknowledgeableOffset);
    }

    [Fact]
    public void A_flush_that_was_asked_for_before_a_truncation_promises_nothing_of_what_is_appended_after_it()
    {
        LogFixture fixture = new(_storage, EachRecord);
        fixture.AppendValues("a");
        fixture.AppendValues("b");
        fixture.Log.Roll();
        fixture.Log.TruncateTo(1);
        fixture.Flushes.RunAll();

        fixture.AppendValues("c");

        Assert.Equal(1, fixture.Log.AcknowledgeableOffset);
        fixture.Flushes.RunAll();
        Assert.Equal(2, fixture.Log.AcknowledgeableOffset);
    }
}
