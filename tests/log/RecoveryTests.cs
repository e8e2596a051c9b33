using Compat.Log.Configuration;
using Compat.Log.Loading;
using Compat.Log.Storage;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Tests;

public class RecoveryTests
{
    private const string FirstLog = LogFixture.Root + "/topic-0/00000000000000000000.log";

    [Fact]
    public void A_tail_torn_at_any_byte_leaves_all_batches_before_it()
    {
        (LogFixture fixture, int[] ends) = ThreeBatches();
        byte[] whole = fixture.Storage.ReadAllBytes(FirstLog)!;

        for (int length = 0; length <= whole.Length; length++)
        {
            LogFixture torn = Damaged(fixture, whole[..length]);

            int kept = ends.Count(end => end <= length);
            Assert.Equal(Expected(kept), torn.ReadAll());
            Assert.Equal(ends.Take(kept).LastOrDefault(), torn.Log.Size);
            Assert.Equal(ends.Take(kept).LastOrDefault(), torn.Storage.ReadAllBytes(FirstLog)?.Length ?? 0);
            AssertGoesOn(torn, kept);
        }
    }

    [Fact]
    public void A_flipped_byte_anywhere_in_the_last_batch_leaves_the_batches_before_it_or_a_valid_one()
    {
        (LogFixture fixture, int[] ends) = ThreeBatches();
        byte[] whole = fixture.Storage.ReadAllBytes(FirstLog)!;

        for (int at = ends[1]; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 0x40;
            LogFixture damaged = Damaged(fixture, flipped);

            // Base offset and leader epoch lie outside of the checksum: such a batch may be kept, the records are whole.
            int kept = damaged.ReadAll().Count == Expected(3).Count ? 3 : 2;
            bool isCovered = at - ends[1] >= 21 || (at - ends[1] is >= 8 and < 12) || (at - ends[1] is >= 16 and < 21);
            Assert.False(isCovered && kept == 3, $"byte {at - ends[1]} of the batch was changed and it was believed");
            Assert.Equal(Expected(kept).Select(record => record.Value), damaged.ReadAll().Select(record => record.Value));
            Assert.True(damaged.Append(Batches.Of(1, "next")).FirstOffset >= Expected(kept).Count);
        }
    }

    [Fact]
    public void Zeros_behind_the_last_batch_are_cut_off()
    {
        (LogFixture fixture, int[] ends) = ThreeBatches();
        byte[] whole = fixture.Storage.ReadAllBytes(FirstLog)!;

        LogFixture damaged = Damaged(fixture, [.. whole, .. new byte[10_000]]);

        Assert.Equal(Expected(3), damaged.ReadAll());
        Assert.Equal(ends[2], damaged.Log.Size);
        AssertGoesOn(damaged, 3);
    }

    [Fact]
    public void Above_the_recovery_point_the_log_ends_at_damage_and_what_follows_is_put_aside()
    {
        LogFixture fixture = ThreeSegmentsOfTwo();
        byte[] second = fixture.Storage.ReadAllBytes($"{fixture.Directory}/00000000000000000002.log")!;
        byte[] third = fixture.Storage.ReadAllBytes($"{fixture.Directory}/00000000000000000004.log")!;

        fixture.Crash(damage: storage => Flip(storage, $"{fixture.Directory}/00000000000000000002.log", -1));

        Assert.Equal([(0, "0a"), (1, "0b"), (2, "1a")], fixture.ReadAll());
        Assert.Equal(3, fixture.Log.LogEndOffset);
        byte[] aside = fixture.Storage.ReadAllBytes($"{fixture.Directory}/00000000000000000003.log.damaged")!;
        Assert.Equal(second[^aside.Length..^1], aside[..^1]);
        Assert.Equal(third, fixture.Storage.ReadAllBytes($"{fixture.Directory}/00000000000000000004.log.damaged"));
        Assert.Contains(fixture.Lines.All, line => line.Contains("damaged from offset 3 on", StringComparison.Ordinal) && line.Contains("00000000000000000003.log.damaged", StringComparison.Ordinal));
        fixture.AppendValues("next");
        Assert.Equal((3, "next"), fixture.ReadAll()[^1]);
        fixture.Restart();
        Assert.Equal((3, "next"), fixture.ReadAll()[^1]);
    }

    [Fact]
    public void A_segment_of_offsets_that_the_one_before_it_has_is_put_aside()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a");
        fixture.Log.Roll();
        fixture.AppendValues("old");
        byte[] old = fixture.Storage.ReadAllBytes(Path.Combine(fixture.Directory, "00000000000000000001.log"))!;
        fixture.Log.TruncateTo(1);
        fixture.AppendValues("new");

        // Neither the deletion of a file nor the end of another was on the device.
        byte[] first = [.. fixture.Storage.ReadAllBytes(Path.Combine(fixture.Directory, "00000000000000000000.log"))!];
        byte[] appended = fixture.Storage.ReadAllBytes(Path.Combine(fixture.Directory, "00000000000000000001.log"))!;
        fixture.Crash(damage: storage =>
        {
            storage.WriteAllBytes(Path.Combine(fixture.Directory, "00000000000000000000.log"), [.. first, .. appended], flush: false);
            storage.WriteAllBytes(Path.Combine(fixture.Directory, "00000000000000000001.log"), old, flush: false);
        });

        Assert.Equal([(0, "a"), (1, "new")], fixture.ReadAll());
        Assert.Contains("00000000000000000001.log.damaged", fixture.FileNames());
    }

    [Fact]
    public void Damage_between_whole_batches_of_one_segment_keeps_what_follows_aside()
    {
        (LogFixture fixture, int[] ends) = ThreeBatches();
        byte[] damaged = fixture.Storage.ReadAllBytes(FirstLog)!;
        damaged[ends[0] + 70] ^= 1;

        LogFixture started = Damaged(fixture, damaged);

        Assert.Equal(Expected(1), started.ReadAll());
        Assert.Equal(damaged[ends[0]..], started.Storage.ReadAllBytes(FirstLog.Replace("00000.log", "00002.log.damaged", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_torn_end_is_cut_off_with_one_line_and_nothing_is_put_aside()
    {
        (LogFixture fixture, int[] ends) = ThreeBatches();

        LogFixture torn = Damaged(fixture, fixture.Storage.ReadAllBytes(FirstLog)![..(ends[1] + 30)]);

        Assert.Single(torn.Lines.All, line => line.Contains("ended with 30 bytes that are no whole batch", StringComparison.Ordinal) && line.Contains("ends at offset 4", StringComparison.Ordinal));
        Assert.DoesNotContain(torn.FileNames(), name => name.Contains("damaged", StringComparison.Ordinal));
        Assert.Empty(Damaged(fixture, fixture.Storage.ReadAllBytes(FirstLog)!).Lines.All);
    }

    [Fact]
    public void A_log_whose_owner_knows_better_is_not_opened_over_damage_and_stays_as_it_is()
    {
        (LogFixture fixture, int[] ends) = ThreeBatches();
        byte[] damaged = fixture.Storage.ReadAllBytes(FirstLog)!;
        damaged[ends[0] + 70] ^= 1;
        fixture.Storage.WriteAllBytes(FirstLog, damaged, flush: false);
        LogLoadOptions options = new() { TopicPartition = LogFixture.Partition, Config = LogConfig.Default, IsDamageRefused = true };

        LogDamagedException refused = Assert.Throws<LogDamagedException>(() => PartitionLog.Open(fixture.Context, fixture.Directory, options));

        Assert.Contains("offset 2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, fixture.Storage.ReadAllBytes(FirstLog));
        fixture.Storage.WriteAllBytes(FirstLog, damaged[..ends[0]], flush: false);
        Assert.Equal(2, PartitionLog.Open(fixture.Context, fixture.Directory, options).LogEndOffset);
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(16, false)]
    [InlineData(8, true)]
    public void Damage_below_the_recovery_point_is_said_with_its_offsets_and_the_rest_is_read(int at, bool isIndexLost)
    {
        LogFixture fixture = new(config: LogConfig.Default with { IndexIntervalBytes = 100 });
        List<int> starts = [];
        for (int index = 0; index < 40; index++)
        {
            starts.Add((int)fixture.Log.Size);
            fixture.AppendValues($"v{index}");
        }

        fixture.Log.Roll();
        fixture.AppendValues("v40");
        fixture.Log.Flush();
        string segment = $"{fixture.Directory}/00000000000000000000.log";
        fixture.Crash(recoveryPoint: 41, damage: storage =>
        {
            Flip(storage, segment, starts[20] + at);
            if (isIndexLost)
            {
                storage.DeleteFile(segment.Replace(".log", ".index", StringComparison.Ordinal));
            }
        });
        PartitionLog log = fixture.Log;
        log.AdvanceHighWatermark(41);

        Assert.Equal(41, log.LogEndOffset);
        for (int offset = 0; offset < 41; offset++)
        {
            using LogReadResult read = log.Read(offset, 1, FetchIsolation.HighWatermark, minOneBatch: true);
            Assert.Equal(offset == 20 ? ErrorCode.CorruptMessage : ErrorCode.None, read.ErrorCode);
            if (offset != 20)
            {
                Assert.Equal([(offset, $"v{offset}")], Batches.Values(read.Records));
            }
        }

        Assert.Equal(Enumerable.Range(0, 41).Where(offset => offset != 20), fixture.ReadAll().Select(record => (int)record.Offset));
        Assert.Equal(Enumerable.Range(30, 11), fixture.ReadAll(30).Select(record => (int)record.Offset));
        Assert.Single(fixture.Lines.All, line => line.Contains("the offsets 20 to 20 cannot be read", StringComparison.Ordinal));
        Assert.DoesNotContain(fixture.FileNames(), name => name.Contains("damaged", StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_end_of_an_old_segment_is_said_and_the_next_segment_is_read()
    {
        LogFixture fixture = ThreeSegmentsOfTwo();
        string segment = $"{fixture.Directory}/00000000000000000002.log";
        int second = fixture.Storage.ReadAllBytes(segment)!.Length / 2;
        fixture.Log.Flush();
        fixture.Crash(recoveryPoint: 6, damage: storage => Flip(storage, segment, second + 8));

        Assert.Equal(ErrorCode.CorruptMessage, fixture.Log.Read(3, 1, FetchIsolation.LogEnd, minOneBatch: true).ErrorCode);
        Assert.Equal([0, 1, 2, 4, 5], fixture.ReadAll().Select(record => (int)record.Offset));
        Assert.Single(fixture.Lines.All, line => line.Contains("the offsets from 3 to the end of the segment cannot be read", StringComparison.Ordinal));
    }

    [Fact]
    public void What_lies_below_the_recovery_point_is_not_read()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a");
        fixture.Log.Roll();
        fixture.AppendValues("b");
        fixture.Log.Roll();

        // Damage that a start would find if it looked.
        fixture.Crash(recoveryPoint: 1, damage: storage =>
        {
            using IStorageFile file = storage.Open($"{fixture.Directory}/00000000000000000000.log", StorageOpenMode.Existing);
            file.Write([0xff], file.Length - 1);
        });

        Assert.Equal(2, fixture.Log.LogEndOffset);
        Assert.Equal(3, fixture.Log.SegmentCount);
    }

    [Fact]
    public void Indexes_are_made_anew_after_a_crash()
    {
        LogFixture fixture = new(config: LogConfig.Default with { IndexIntervalBytes = 100 });
        for (int index = 0; index < 50; index++)
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            fixture.AppendValues($"value {index}");
        }

        long middle = fixture.NowMs - 25_000;
        fixture.Crash();

        for (int index = 0; index < 50; index++)
        {
            using LogReadResult read = fixture.Log.Read(index, 1, FetchIsolation.LogEnd, minOneBatch: true);
            Assert.Equal([(index, $"value {index}")], Batches.Values(read.Records));
        }

        Assert.Equal(24, fixture.Log.OffsetForTimestamp(middle)!.Value.Offset);
    }

    [Theory]
    [InlineData(".index")]
    [InlineData(".timeindex")]
    [InlineData(".snapshot")]
    public void A_missing_file_beside_a_segment_is_made_anew(string suffix)
    {
        LogFixture fixture = WithOldSegments();
        fixture.Log.Close();
        foreach (string name in fixture.FileNames().Where(name => name.EndsWith(suffix, StringComparison.Ordinal)))
        {
            fixture.Storage.DeleteFile(Path.Combine(fixture.Directory, name));
        }

        fixture.Restart();

        AssertOldSegmentsWork(fixture);
    }

    [Theory]
    [InlineData(".index")]
    [InlineData(".timeindex")]
    [InlineData(".snapshot")]
    [InlineData("leader-epoch-checkpoint")]
    [InlineData("partition.metadata")]
    public void A_file_of_garbage_beside_a_segment_does_no_harm(string suffix)
    {
        LogFixture fixture = WithOldSegments();
        fixture.Log.Close();
        foreach (string name in fixture.FileNames().Where(name => name.EndsWith(suffix, StringComparison.Ordinal)))
        {
            string path = Path.Combine(fixture.Directory, name);
            byte[] bytes = fixture.Storage.ReadAllBytes(path)!;
            fixture.Storage.WriteAllBytes(path, [.. bytes.Select((_, index) => (byte)(index * 37 % 120)), 1, 2, 3], flush: false);
        }

        fixture.Restart();

        AssertOldSegmentsWork(fixture);
    }

    [Theory]
    [InlineData(".index")]
    [InlineData(".timeindex")]
    [InlineData(".snapshot")]
    public void A_file_that_lost_its_content_with_the_power_is_made_anew(string suffix)
    {
        LogFixture fixture = WithOldSegments();
        fixture.Log.Close();
        foreach (string name in fixture.FileNames().Where(name => name.EndsWith(suffix, StringComparison.Ordinal)))
        {
            fixture.Storage.WriteAllBytes(Path.Combine(fixture.Directory, name), [], flush: false);
        }

        fixture.Restart();

        AssertOldSegmentsWork(fixture);
    }

    [Fact]
    public void A_snapshot_cut_off_behind_its_header_is_not_taken_for_one_without_producers()
    {
        LogFixture fixture = new();
        fixture.Append(Batches.FromProducer(9, 0, 0));
        fixture.Log.Roll();

        fixture.Crash(recoveryPoint: 1, damage: storage =>
        {
            using IStorageFile snapshot = storage.Open(Path.Combine(fixture.Directory, "00000000000000000001.snapshot"), StorageOpenMode.Existing);
            snapshot.Truncate(10);
        });

        Assert.True(fixture.Append(Batches.FromProducer(9, 0, 0)).IsDuplicate);
    }

    [Fact]
    public void Files_that_were_being_deleted_or_written_are_tidied_away()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a");
        fixture.Log.Close();
        foreach (string name in (string[])["00000000000000000007.log.deleted", "00000000000000000003.log.cleaned", "00000000000000000009.index", "leader-epoch-checkpoint.tmp"])
        {
            fixture.Storage.WriteAllBytes(Path.Combine(fixture.Directory, name), [1, 2, 3], flush: false);
        }

        fixture.Restart();

        Assert.Equal([(0, "a")], fixture.ReadAll());
        Assert.DoesNotContain(fixture.FileNames(), name => name.EndsWith(".deleted", StringComparison.Ordinal)
            || name.EndsWith(".cleaned", StringComparison.Ordinal) || name.EndsWith(".tmp", StringComparison.Ordinal)
            || name.StartsWith("00000000000000000009", StringComparison.Ordinal));
    }

    [Fact]
    public void A_replacement_of_segments_that_was_under_way_is_finished()
    {
        LogFixture fixture = new();
        fixture.AppendValues("a1", "a2");
        fixture.Log.Roll();
        fixture.AppendValues("b");
        fixture.Log.Roll();
        fixture.AppendValues("c");
        fixture.Log.Close();

        // Compaction has left one record of the first two segments and was killed before it removed them.
        using RecordBatchBuilder builder = new();
        builder.AppendAt(2, 1, null, "b"u8.ToArray());
        byte[] compacted = builder.Build();
        fixture.Storage.WriteAllBytes($"{fixture.Directory}/00000000000000000000.log.swap", compacted, flush: false);

        fixture.Restart();

        Assert.Equal([(2, "b"), (3, "c")], fixture.ReadAll());
        Assert.Equal(2, fixture.Log.SegmentCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Messages_of_formats_before_magic_2_stop_the_start_and_are_not_cut_off(byte magic)
    {
        (LogFixture fixture, _) = ThreeBatches();

        // Offset, size, CRC-32, magic, attributes, for magic 1 a timestamp, a null key and a value of 60 bytes.
        byte[] message = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, magic, 0, .. new byte[magic * 8], 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 60, .. new byte[60]];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(8), message.Length - 12);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(12), magic == 0 ? 0x63DE131BU : 0x2E8CD907U);

        Assert.Throws<IOException>(() => Damaged(fixture, message));
        message[^1] ^= 1;
        Assert.Equal(0, Damaged(fixture, message).Log.LogEndOffset);
    }

    [Fact]
    public void A_header_of_which_only_the_length_was_written_is_a_torn_end()
    {
        (LogFixture fixture, int[] ends) = ThreeBatches();
        byte[] whole = fixture.Storage.ReadAllBytes(FirstLog)!;

        LogFixture torn = Damaged(fixture, [.. whole, .. new byte[8], 0, 0, 0, 80, .. new byte[80]]);

        Assert.Equal(Expected(3), torn.ReadAll());
        Assert.Equal(ends[2], torn.Log.Size);
    }

    private static LogFixture ThreeSegmentsOfTwo()
    {
        LogFixture fixture = new();
        for (int index = 0; index < 3; index++)
        {
            fixture.AppendValues($"{index}a");
            fixture.AppendValues($"{index}b");
            if (index < 2)
            {
                fixture.Log.Roll();
            }
        }

        return fixture;
    }

    private static void Flip(MemoryStorage storage, string path, long at)
    {
        using IStorageFile file = storage.Open(path, StorageOpenMode.Existing);
        long position = at < 0 ? file.Length + at : at;
        byte[] one = new byte[1];
        file.Read(one, position);
        file.Write([(byte)(one[0] ^ 0x55)], position);
    }

    private static (LogFixture Fixture, int[] Ends) ThreeBatches()
    {
        LogFixture fixture = new();
        int[] ends = new int[3];
        fixture.AppendValues("a", "b");
        ends[0] = (int)fixture.Log.Size;
        fixture.Append(Batches.FromProducer(9, 0, 0, count: 2));
        ends[1] = (int)fixture.Log.Size;
        fixture.AppendValues("c");
        ends[2] = (int)fixture.Log.Size;
        return (fixture, ends);
    }

    private static List<(long Offset, string Value)> Expected(int batches) =>
        [.. new List<(long, string)> { (0, "a"), (1, "b"), (2, "9/0/0"), (3, "9/0/1"), (4, "c") }.Take(batches switch { 0 => 0, 1 => 2, 2 => 4, _ => 5 })];

    private static LogFixture Damaged(LogFixture fixture, byte[] content)
    {
        MemoryStorage storage = ((MemoryStorage)fixture.Storage).Copy();
        storage.WriteAllBytes(FirstLog, content, flush: false);
        return new LogFixture(storage, isClean: false);
    }

    // The producer's batch is known exactly when it was kept, and the next record follows the last one kept.
    private static void AssertGoesOn(LogFixture log, int kept)
    {
        int next = Expected(kept).Count;
        AppendResult retried = log.Append(Batches.FromProducer(9, 0, 0, count: 2));
        Assert.Equal((ErrorCode.None, kept >= 2), (retried.ErrorCode, retried.IsDuplicate));
        Assert.Equal(kept >= 2 ? 2 : next, retried.FirstOffset);
        AppendResult appended = log.AppendValues("next");
        Assert.Equal(kept >= 2 ? next : next + 2, appended.FirstOffset);
        Assert.Equal("next", log.ReadAll()[^1].Value);
    }

    private static LogFixture WithOldSegments()
    {
        LogFixture fixture = new(config: LogConfig.Default with { IndexIntervalBytes = 100 });
        for (int segment = 0; segment < 3; segment++)
        {
            for (int index = 0; index < 20; index++)
            {
                fixture.Time.Advance(TimeSpan.FromSeconds(1));
                fixture.Append(Batches.FromProducer(5, 0, (segment * 20) + index, timestamp: fixture.NowMs), leaderEpoch: segment);
            }

            if (segment < 2)
            {
                fixture.Log.Roll();
            }
        }

        return fixture;
    }

    private static void AssertOldSegmentsWork(LogFixture fixture)
    {
        long start = fixture.NowMs - 59_000;
        for (int index = 0; index < 60; index++)
        {
            using LogReadResult read = fixture.Log.Read(index, 1, FetchIsolation.LogEnd, minOneBatch: true);
            Assert.Equal([(index, $"5/0/{index}")], Batches.Values(read.Records));
            Assert.Equal(index, fixture.Log.OffsetForTimestamp(start + (index * 1000))!.Value.Offset);
        }

        Assert.Equal(60, fixture.Log.LogEndOffset);
        Assert.True(fixture.Append(Batches.FromProducer(5, 0, 59)).IsDuplicate);
        Assert.Equal(60, fixture.Append(Batches.FromProducer(5, 0, 60)).FirstOffset);
    }
}
