using Compat.Log.Cleaning;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Tests.Cleaning;

public class CleanerTests
{
    private static readonly LogConfig Compacted = CleaningFixture.Compacted;

    [Fact]
    public void The_latest_record_of_each_key_stays_at_its_offset()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("b", "1"), ("a", "2"));
        fixture.Append(("c", "1"), ("b", "2"));

        Assert.True(fixture.RollAndClean());

        Assert.Equal([(2, "a", "2"), (3, "c", "1"), (4, "b", "2")], fixture.Records());
        Assert.Equal((0, 5, 5, 5), (fixture.Log.LogStartOffset, fixture.Log.LogEndOffset, fixture.Log.HighWatermark, fixture.Log.CleanedOffset));
        Assert.Equal(5, fixture.Append(("d", "1")).FirstOffset);
    }

    [Fact]
    public void The_active_segment_and_what_is_not_committed_stay_as_they_are()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("a", "2"));
        fixture.Roll();
        fixture.Append(("a", "3"), ("a", "4"));
        fixture.Roll();
        fixture.Fixture.Append(Keyed.Batch(fixture.NowMs, ("a", "5"), ("a", "6")));
        fixture.Roll();
        fixture.Fixture.Append(Keyed.Batch(fixture.NowMs, ("a", "7")));

        Assert.True(fixture.Clean());

        Assert.Equal([(3, "a", "4"), (4, "a", "5"), (5, "a", "6"), (6, "a", "7")], fixture.Records());
        Assert.Equal(4, fixture.Log.CleanedOffset);
    }

    [Fact]
    public void Nothing_beyond_an_open_transaction_is_cleaned()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("a", "2"));
        fixture.Roll();
        fixture.Append(Keyed.FromProducer(7, 0, fixture.NowMs, transactional: true, ("t", "1")));
        fixture.Append(("a", "3"), ("a", "4"));
        Assert.True(fixture.RollAndClean());
        Assert.Equal(2, fixture.Log.CleanedOffset);

        fixture.Marker(commit: true, producerId: 7);
        Assert.True(fixture.RollAndClean());

        Assert.Equal([(2, "t", "1"), (4, "a", "4")], fixture.Records());
    }

    [Fact]
    public void Tombstones_delete_at_once_and_go_themselves_after_delete_retention_ms()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("b", "1"));
        fixture.Append(("a", null));
        fixture.RollAndClean();
        Assert.Equal([(1, "b", "1"), (2, "a", null)], fixture.Records());

        fixture.Advance(999);
        fixture.Append(("c", "1"));
        fixture.RollAndClean();
        Assert.Equal([(1, "b", "1"), (2, "a", null), (3, "c", "1")], fixture.Records());

        fixture.Advance(1);
        fixture.Append(("d", "1"));
        fixture.RollAndClean();
        Assert.Equal([(1, "b", "1"), (3, "c", "1"), (4, "d", "1")], fixture.Records());
    }

    [Fact]
    public void A_new_delete_retention_ms_counts_from_the_next_cleaning_on()
    {
        CleaningFixture fixture = new();
        fixture.Log.Config = Compacted with { DeleteRetentionMs = 0 };
        fixture.Append(("a", null), ("b", "1"));
        fixture.RollAndClean();
        fixture.Append(("c", "1"));
        fixture.RollAndClean();

        Assert.Equal([(1, "b", "1"), (2, "c", "1")], fixture.Records());
    }

    [Fact]
    public void Records_of_aborted_transactions_go_and_readers_of_committed_records_never_see_them()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("b", "1"));
        fixture.Append(Keyed.FromProducer(7, 0, fixture.NowMs, transactional: true, ("a", "aborted")));
        fixture.Append(Keyed.FromProducer(7, 1, fixture.NowMs, transactional: true, ("b", "aborted")));
        fixture.Marker(commit: false, producerId: 7);
        fixture.Append(Keyed.FromProducer(8, 0, fixture.NowMs, transactional: true, ("c", "committed")));
        fixture.Marker(commit: true, producerId: 8);

        Assert.True(fixture.RollAndClean());

        Assert.Equal([(0, "a", "1"), (1, "b", "1"), (5, "c", "committed")], fixture.Records());
        Assert.Equal(["a", "b", "c"], Keyed.State(fixture.Log).Keys);

        // The producer's last batch is a header now, and the marker ends its transaction still.
        Assert.Equal([2, 3, 4, 5, 6], fixture.Log.ReadBatches(2).Select(batch => batch.BaseOffset).Except([2]).Prepend(2).Distinct());
        Assert.Contains("00000000000000000000.txnindex", fixture.FileNames());
    }

    [Fact]
    public void A_marker_goes_once_its_records_are_gone_and_its_time_has_come()
    {
        CleaningFixture fixture = new();
        fixture.Append(Keyed.FromProducer(7, 0, fixture.NowMs, transactional: true, ("a", "1")));
        fixture.Marker(commit: true, producerId: 7);
        fixture.Append(Keyed.FromProducer(7, 1, fixture.NowMs, transactional: true, ("a", "2")));
        fixture.Marker(commit: true, producerId: 7);
        fixture.RollAndClean();
        Assert.Equal([1, 2, 3], Bases(fixture));

        // Now that nothing is left before it, its time begins to run.
        fixture.Append(("b", "1"));
        fixture.RollAndClean();
        fixture.Advance(999);
        fixture.Append(("c", "1"));
        fixture.RollAndClean();
        Assert.Equal([1, 2, 3, 4, 5], Bases(fixture));

        fixture.Advance(1);
        fixture.Append(("d", "1"));
        fixture.RollAndClean();
        Assert.Equal([2, 3, 4, 5, 6], Bases(fixture));
    }

    [Fact]
    public void A_producer_goes_on_where_it_was_after_a_cleaning_and_a_crash()
    {
        CleaningFixture fixture = new();
        byte[] last = Keyed.FromProducer(7, 1, fixture.NowMs, transactional: false, ("a", "2"));
        fixture.Append(Keyed.FromProducer(7, 0, fixture.NowMs, transactional: false, ("a", "1")));
        fixture.Append([.. last]);
        fixture.Append(("a", "3"));
        fixture.RollAndClean();
        Assert.Equal([1, 2], Bases(fixture));

        foreach (string snapshot in fixture.FileNames().FindAll(name => name.EndsWith(".snapshot", StringComparison.Ordinal)))
        {
            fixture.Storage.DeleteFile($"{fixture.Fixture.Directory}/{snapshot}");
        }

        LogFixture killed = new(fixture.Storage, Compacted, isClean: false);
        AppendResult retry = killed.Append([.. last]);
        Assert.Equal((ErrorCode.None, true, 1), (retry.ErrorCode, retry.IsDuplicate, retry.FirstOffset));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, killed.Append(Keyed.FromProducer(7, 3, 1, false, ("a", "5"))).ErrorCode);
        Assert.Equal(ErrorCode.None, killed.Append(Keyed.FromProducer(7, 2, 1, false, ("a", "4"))).ErrorCode);
    }

    [Fact]
    public void The_log_ends_where_it_ended_even_when_its_last_record_is_obsolete()
    {
        CleaningFixture fixture = new();
        fixture.Append(Keyed.FromProducer(7, 0, fixture.NowMs, transactional: true, ("a", "aborted")));
        fixture.Marker(commit: false, producerId: 7);
        fixture.Roll();
        fixture.Advance(100_000_000);
        fixture.Log.RemoveExpiredProducers();
        fixture.Clean();
        fixture.Append(("x", "1"));
        fixture.Log.TruncateTo(2);

        LogFixture killed = new(fixture.Storage, Compacted, isClean: false);

        Assert.Equal(2, killed.Log.LogEndOffset);
    }

    [Fact]
    public void Keys_that_do_not_fit_the_memory_are_cleaned_in_several_passes()
    {
        CleaningFixture fixture = new();
        for (int round = 0; round < 3; round++)
        {
            for (int key = 0; key < 20; key++)
            {
                fixture.Append(($"k{key}", $"{round}"), ($"k{key}", $"{round}'"));
            }
        }

        fixture.Roll();
        fixture.Cleaner = new Cleaner(fixture.Fixture.Context, new CleanerLimits(8 * OffsetMap.BytesPerEntry, 0.9, 64, 64), new CleanerPace(fixture.Fixture.Time), CancellationToken.None);
        int passes = 0;
        long cleaned = 0;
        while (fixture.Clean())
        {
            passes++;
            Assert.InRange(fixture.Log.CleanedOffset!.Value, cleaned + 1, 120);
            cleaned = fixture.Log.CleanedOffset.Value;
        }

        Assert.Equal(120, cleaned);
        Assert.InRange(passes, 5, 20);
        Assert.Equal(Enumerable.Range(0, 20).Select(key => (81 + (2 * key), (string?)$"k{key}", (string?)"2'")), fixture.Records().Select(record => ((int)record.Offset, record.Key, record.Value)));
    }

    [Fact]
    public void Small_segments_are_joined_up_to_the_configured_size()
    {
        int size = Keyed.Batch(0, ("k0", "0")).Length;
        CleaningFixture fixture = new(Compacted with { SegmentBytes = 4 * size });
        for (int index = 0; index < 10; index++)
        {
            fixture.Append(($"k{index}", "0"));
            fixture.Roll();
        }

        Assert.True(fixture.Clean());

        Assert.Equal(10, fixture.Records().Count);
        Assert.Equal(4, fixture.Log.SegmentCount);
        Assert.Equal(
            ["00000000000000000000.log", "00000000000000000004.log", "00000000000000000008.log", "00000000000000000010.log"],
            fixture.FileNames().Where(name => name.EndsWith(".log", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_stays_is_found_by_offset_and_by_time_also_after_a_restart()
    {
        CleaningFixture fixture = new(Compacted with { IndexIntervalBytes = 0 });
        for (int index = 0; index < 50; index++)
        {
            fixture.Advance(10);
            fixture.Append(($"k{index % 25}", $"{index}"));
        }

        fixture.RollAndClean();
        for (int loop = 0; loop < 2; loop++)
        {
            for (int offset = 0; offset < 50; offset++)
            {
                using LogReadResult read = fixture.Log.Read(offset, 1, FetchIsolation.HighWatermark, minOneBatch: true);
                Assert.Equal(Math.Max(offset, 25), new RecordBatch(read.Records.Memory).BaseOffset);
            }

            long lastMs = fixture.NowMs;
            Assert.Equal(25, fixture.Log.OffsetForTimestamp(lastMs - 490)!.Value.Offset);
            Assert.Equal(49, fixture.Log.OffsetForTimestamp(lastMs)!.Value.Offset);
            fixture.Restart();
        }
    }

    [Fact]
    public void A_reader_that_has_begun_reads_on_in_the_old_segments()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("b", "1"));
        fixture.Roll();
        fixture.Append(("a", "2"));
        fixture.Roll();
        using LogReadResult before = fixture.Log.Read(0, 1000, FetchIsolation.HighWatermark, minOneBatch: true);
        using IEnumerator<RecordBatch> walk = fixture.Log.ReadBatches(0).GetEnumerator();
        Assert.True(walk.MoveNext());

        fixture.Clean();

        Assert.Contains("00000000000000000000.log.deleted", fixture.FileNames());
        Assert.Equal(2, new RecordBatch(before.Records.Memory).RecordCount);
        Assert.True(walk.MoveNext());
        Assert.Equal([(2, "a", "2")], Keyed.Records([walk.Current]).Select(record => (record.Offset, record.Key, record.Value)));
        Assert.False(walk.MoveNext());
    }

    [Fact]
    public void The_old_files_go_after_file_delete_delay_ms()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("a", "2"));
        fixture.RollAndClean();
        fixture.Advance(59_000);
        Assert.Contains("00000000000000000000.log.deleted", fixture.FileNames());

        fixture.Advance(1000);

        Assert.True(SpinWait.SpinUntil(() => !fixture.FileNames().Exists(name => name.EndsWith(".deleted", StringComparison.Ordinal)), 5000));
    }

    [Fact]
    public void A_segment_without_records_keeps_the_log_start()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"));
        fixture.Roll();
        fixture.Append(("a", "2"));
        fixture.Roll();
        fixture.Log.Config = Compacted with { SegmentBytes = 1 };

        Assert.True(fixture.Clean());
        fixture.Restart();

        Assert.Equal((0, 2, 3), (fixture.Log.LogStartOffset, fixture.Log.LogEndOffset, fixture.Log.SegmentCount));
        Assert.Equal([(1, "a", "2")], fixture.Records());
        Assert.Equal([(1, "a", "2")], Keyed.Committed(fixture.Log).Select(record => (record.Offset, record.Key, record.Value)));
    }

    [Fact]
    public void Retention_passes_segments_that_compaction_has_emptied()
    {
        CleaningFixture fixture = new(Compacted with { CleanupDelete = true, RetentionMs = 10_000, SegmentBytes = 1 << 20 });
        fixture.Append(("a", "1"));
        fixture.Roll();
        fixture.Append(("a", "2"));
        fixture.Roll();
        LogConfig config = fixture.Log.Config;
        fixture.Log.Config = config with { SegmentBytes = 1 };
        fixture.Clean();
        fixture.Log.Config = config;
        fixture.Append(("b", "1"));
        Assert.Equal(1, fixture.Log.DeleteOldSegments());
        Assert.Equal(1, fixture.Log.LogStartOffset);

        fixture.Advance(10_001);

        Assert.Equal(2, fixture.Log.DeleteOldSegments());
        Assert.Equal((3, 3), (fixture.Log.LogStartOffset, fixture.Log.LogEndOffset));
    }

    [Fact]
    public void What_retention_deletes_meanwhile_ends_a_cleaning_without_harm()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"));
        fixture.Roll();
        fixture.Append(("a", "2"));
        fixture.Roll();
        LogToClean dirty = LogToClean.Of(fixture.Log, fixture.NowMs);
        fixture.Log.DeleteRecordsBefore(1);
        Assert.Equal(1, fixture.Log.DeleteOldSegments());

        Assert.False(fixture.Cleaner.Clean(dirty));

        Assert.Equal([(1, "a", "2")], fixture.Records());
        Assert.DoesNotContain(fixture.FileNames(), name => name.EndsWith(".cleaned", StringComparison.Ordinal));
        Assert.True(fixture.Clean());
    }

    [Fact]
    public void A_log_that_is_deleted_meanwhile_is_left_alone()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("a", "2"));
        fixture.Roll();
        LogToClean dirty = LogToClean.Of(fixture.Log, fixture.NowMs);
        fixture.Log.MoveAside("/data/topic-0.deleted");

        Assert.Throws<ObjectDisposedException>(() => fixture.Cleaner.Clean(dirty));
    }

    [Fact]
    public void A_truncation_takes_the_cleaned_offset_back()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"));
        fixture.Append(("a", "2"));
        fixture.RollAndClean();
        Assert.Equal(2, fixture.Log.CleanedOffset);

        fixture.Log.TruncateTo(1);

        Assert.Equal(1, fixture.Log.CleanedOffset);
    }

    [Fact]
    public void Damaged_records_are_never_cleaned_away()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"));
        fixture.Append(("a", "2"));
        fixture.Roll();
        using (IStorageFile file = fixture.Storage.Open($"{fixture.Fixture.Directory}/00000000000000000000.log", StorageOpenMode.Existing))
        {
            file.Write([99], 70);
        }

        Assert.Throws<LogCleaningException>(() => fixture.Clean());

        Assert.DoesNotContain(fixture.FileNames(), name => name.EndsWith(".cleaned", StringComparison.Ordinal));
    }

    [Fact]
    public void A_full_device_ends_a_cleaning_and_leaves_everything_as_it_was()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("a", "2"));
        fixture.Roll();
        List<string> before = fixture.FileNames();
        fixture.Storage.Fault = (operation, path) => operation == StorageOperation.Write && path.EndsWith(".cleaned", StringComparison.Ordinal) ? new StorageFullException("full") : null;

        Assert.Throws<StorageFullException>(() => fixture.Clean());

        Assert.Equal(before, fixture.FileNames());
        fixture.Storage.Fault = (_, _) => null;
        Assert.True(fixture.Clean());
    }

    [Fact]
    public void Everything_is_durable_before_the_first_old_file_goes()
    {
        CleaningFixture fixture = new();
        fixture.Append(("a", "1"), ("a", "2"));
        fixture.Append(Keyed.FromProducer(7, 0, fixture.NowMs, transactional: true, ("a", "aborted")));
        fixture.Marker(commit: false, producerId: 7);
        fixture.Roll();
        List<string> steps = [];
        fixture.Storage.Fault = (operation, path) =>
        {
            if (operation is StorageOperation.Flush or StorageOperation.FlushDirectory or StorageOperation.Rename)
            {
                steps.Add($"{(operation == StorageOperation.Rename ? "rename" : "flush")} {Path.GetFileName(path)}");
            }

            return null;
        };

        Assert.True(fixture.Clean());

        string[] kinds = [".log", ".index", ".timeindex", ".txnindex"];
        const string Base = "00000000000000000000";
        Assert.Equal(kinds.Select(kind => $"flush {Base}{kind}.cleaned").Order(), steps[..4].Order());
        Assert.Equal(kinds.Select(kind => $"rename {Base}{kind}.cleaned"), steps[4..8]);
        Assert.Equal("flush topic-0", steps[8]);
        Assert.Equal($"rename {Base}.log", steps[9]);
        Assert.Equal("flush topic-0", steps.Find(step => step == "flush topic-0" && steps.IndexOf(step) < steps.IndexOf($"rename {Base}.log.swap")));
        Assert.Equal("flush topic-0", steps[^1]);
    }

    private static IEnumerable<long> Bases(CleaningFixture fixture) => fixture.Log.ReadBatches(0).Select(batch => batch.BaseOffset);
}
