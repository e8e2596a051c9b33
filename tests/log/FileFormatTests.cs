using Compat.Log.Configuration;
using Compat.Log.Epochs;
using Compat.Log.Producers;
using Compat.Log.Segments;
using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Tests;

/// <summary>The bytes of every kind of file, as Kafka's readers take them.</summary>
public class FileFormatTests
{
    private readonly LogFixture _fixture = new(config: LogConfig.Default with { IndexIntervalBytes = 100 });

    [Fact]
    public void A_directory_has_kafkas_files()
    {
        _fixture.AppendValues("a");
        _fixture.Log.Roll();
        _fixture.AppendValues("b");
        _fixture.Log.Close();

        Assert.Equal(
            [
                "00000000000000000000.index",
                "00000000000000000000.log",
                "00000000000000000000.timeindex",
                "00000000000000000001.index",
                "00000000000000000001.log",
                "00000000000000000001.snapshot",
                "00000000000000000001.timeindex",
                "00000000000000000002.snapshot",
                "leader-epoch-checkpoint",
                "partition.metadata",
            ],
            _fixture.FileNames());
    }

    [Fact]
    public void A_segment_is_the_batches_one_behind_another()
    {
        byte[] first = Batches.Of(1_700_000_000_000, "a", "b");
        byte[] second = Batches.Of(1_700_000_000_000, "c");
        _fixture.Append(first, leaderEpoch: 7);
        _fixture.Append(second, leaderEpoch: 7);

        // The memory that was appended has the offsets and the epoch, and went to the file as it is.
        Assert.Equal([.. first, .. second], Read(".log"));
        RecordBatch batch = new(second);
        Assert.Equal((2, 7, true), (batch.BaseOffset, batch.PartitionLeaderEpoch, batch.IsCrcValid()));
    }

    [Fact]
    public void An_offset_index_has_8_bytes_an_entry_last_offset_and_position()
    {
        int size = Batches.Of(0, "xxxxxxxxxx").Length;
        for (int index = 0; index < 5; index++)
        {
            _fixture.Append(Batches.Of(1000 + index, "xxxxxxxxxx"));
        }

        _fixture.Log.Close();

        // An entry for the batch that follows more than 100 bytes without one.
        Assert.InRange(size, 51, 100);
        Assert.Equal($"00000002{2 * size:X8}00000004{4 * size:X8}", Convert.ToHexString(Read(".index")));
    }

    [Fact]
    public void A_time_index_has_12_bytes_an_entry_timestamp_and_last_offset()
    {
        for (int index = 0; index < 6; index++)
        {
            _fixture.Append(Batches.Of(index == 3 ? 9000 : 1000 + index, "xxxxxxxxxx"));
        }

        _fixture.Log.Close();

        // At the entries of the offset index, and when the segment is closed unless it would say nothing new.
        Assert.Equal(
            $"{1002:X16}{2:X8}" + $"{9000:X16}{3:X8}",
            Convert.ToHexString(Read(".timeindex")));
    }

    [Fact]
    public void The_time_index_of_a_closed_segment_ends_with_its_greatest_timestamp()
    {
        _fixture.Append(Batches.Of(5000, "a"));
        _fixture.Append(Batches.Of(2000, "b"));
        _fixture.Log.Roll();

        Assert.Equal($"{5000:X16}{0:X8}", Convert.ToHexString(Read(".timeindex")));
        Assert.Equal("", Convert.ToHexString(Read(".index")));
    }

    [Fact]
    public void A_producer_snapshot_is_version_crc_and_46_bytes_a_batch()
    {
        ProducerState state = new(0x1122334455667788);
        state.Add(3, new ProducerBatch(LastSequence: 31, LastOffset: 990, OffsetDelta: 4, Timestamp: 0x0102030405060707));
        state.Add(3, new ProducerBatch(LastSequence: 41, LastOffset: 1000, OffsetDelta: 9, Timestamp: 0x0102030405060708));
        state.BeginTransaction(900);

        byte[] bytes = ProducerSnapshot.Write([state]);

        // Kafka keeps the last entry of a producer, which is what it would have written itself.
        string entries = "00000002"
            + "1122334455667788" + "0003" + "0000001F" + "00000000000003DE" + "00000004"
            + "0102030405060707" + "FFFFFFFF" + "FFFFFFFFFFFFFFFF"
            + "1122334455667788" + "0003" + "00000029" + "00000000000003E8" + "00000009"
            + "0102030405060708" + "FFFFFFFF" + "0000000000000384";
        uint crc = Crc32C.Compute(Convert.FromHexString(entries));
        Assert.Equal("0001" + $"{crc:X8}" + entries, Convert.ToHexString(bytes));
    }

    [Fact]
    public void A_producer_snapshot_reads_back_and_a_changed_one_does_not()
    {
        ProducerState withBatch = new(1);
        withBatch.Add(3, new ProducerBatch(41, 1000, 9, 77));
        ProducerState withoutBatch = new(2);
        withoutBatch.EndTransaction(5, 6, 88);
        byte[] bytes = ProducerSnapshot.Write([withBatch, withoutBatch]);

        List<ProducerState> read = ProducerSnapshot.Read(bytes)!;

        Assert.Equal((1, 3, 41, 1000, 77, false), Describe(read[0]));
        Assert.Equal((2, 5, -1, -1, 88, false), Describe(read[1]));
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            Assert.Null(ProducerSnapshot.Read(changed));
            Assert.Null(ProducerSnapshot.Read(bytes.AsSpan(0, at)));
        }

        static (long, int, int, long, long, bool) Describe(ProducerState state) =>
            (state.ProducerId, state.Epoch, state.LastSequence, state.LastOffset, state.LastTimestamp, state.IsInTransaction);
    }

    [Fact]
    public void The_snapshot_of_an_empty_state_is_10_bytes()
    {
        _fixture.AppendValues("a");
        _fixture.Log.Close();

        Assert.Equal(
            "0001" + $"{Crc32C.Compute([0, 0, 0, 0]):X8}" + "00000000",
            Convert.ToHexString(_fixture.Storage.ReadAllBytes($"{_fixture.Directory}/00000000000000000001.snapshot")!));
    }

    [Fact]
    public void The_leader_epochs_are_lines_of_epoch_and_start_offset()
    {
        _fixture.Append(Batches.Of(1, "a"), leaderEpoch: 0);
        _fixture.Append(Batches.Of(1, "b"), leaderEpoch: 4);
        _fixture.Log.Close();

        Assert.Equal("0\n2\n0 0\n4 1\n", _fixture.Storage.ReadAllText($"{_fixture.Directory}/leader-epoch-checkpoint"));
    }

    [Fact]
    public void The_partition_metadata_has_version_and_topic_id()
    {
        Assert.Equal($"version: 0\ntopic_id: {LogFixture.TopicId}", _fixture.Storage.ReadAllText($"{_fixture.Directory}/partition.metadata"));
    }

    [Fact]
    public void A_directory_written_by_kafka_opens()
    {
        // Trailing blanks and Windows line ends are what people's editors leave; Kafka's readers take them, too.
        MemoryStorage storage = new(TimeProvider.System);
        storage.CreateDirectory(_fixture.Directory);
        byte[] batch = Batches.Of(5, "k");
        RecordBatchPatch.SetBaseOffset(batch, 10);
        RecordBatchPatch.SetPartitionLeaderEpoch(batch, 2);
        Write("00000000000000000010.log", batch);
        Write("00000000000000000010.index", new byte[10_485_760 / 8]);
        Write("00000000000000000010.timeindex", Convert.FromHexString($"{5:X16}{0:X8}"));
        Write("leader-epoch-checkpoint", "0\r\n1\r\n2 10\r\n"u8.ToArray());
        Write("partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAEAAAAAAAAAAg"u8.ToArray());

        LogFixture opened = new(storage);

        Assert.Equal((10, 11, 2), (opened.Log.LogStartOffset, opened.Log.LogEndOffset, opened.Log.LatestEpoch));
        Assert.Equal(LogFixture.TopicId, opened.Log.TopicId);
        Assert.Equal([(10, "k")], opened.ReadAll());
        Assert.Equal(11, opened.AppendValues("next").FirstOffset);

        void Write(string name, byte[] bytes) => storage.WriteAllBytes($"{_fixture.Directory}/{name}", bytes, flush: false);
    }

    [Theory]
    [InlineData("00000000000000000123.log", true, 123)]
    [InlineData("09223372036854775807.index", true, long.MaxValue)]
    [InlineData("partition.metadata", false, 0)]
    [InlineData("leader-epoch-checkpoint", false, 0)]
    [InlineData("-1.log", false, 0)]
    public void File_names_begin_with_their_offset(string name, bool isOne, long offset)
    {
        Assert.Equal(isOne, LogFileNames.TryParseOffset(name, out long parsed));
        Assert.Equal(offset, parsed);
    }

    [Fact]
    public void Epoch_entries_end_where_the_next_one_begins()
    {
        LeaderEpochCache epochs = new(_fixture.Storage, new LogFolder("/none"));
        epochs.Assign(2, 10);
        epochs.Assign(5, 20);
        epochs.Assign(5, 25);
        epochs.Assign(7, 30);

        Assert.Equal(new EpochEndOffset(1, 10), epochs.EndOffsetFor(1, 40));
        Assert.Equal(new EpochEndOffset(2, 20), epochs.EndOffsetFor(2, 40));
        Assert.Equal(new EpochEndOffset(2, 20), epochs.EndOffsetFor(4, 40));
        Assert.Equal(new EpochEndOffset(5, 30), epochs.EndOffsetFor(6, 40));
        Assert.Equal(new EpochEndOffset(7, 40), epochs.EndOffsetFor(7, 40));
        Assert.Equal(EpochEndOffset.Unknown, epochs.EndOffsetFor(8, 40));
        Assert.Equal(EpochEndOffset.Unknown, epochs.EndOffsetFor(-1, 40));
        Assert.Equal((-1, 2, 5, 7), (epochs.EpochFor(9), epochs.EpochFor(19), epochs.EpochFor(20), epochs.EpochFor(99)));

        epochs.TruncateFromStart(22);
        Assert.Equal([new EpochEntry(5, 22), new EpochEntry(7, 30)], epochs.Entries);
        epochs.TruncateFromEnd(30);
        Assert.Equal([new EpochEntry(5, 22)], epochs.Entries);
        epochs.Assign(6, 22);
        Assert.Equal([new EpochEntry(6, 22)], epochs.Entries);
    }

    private byte[] Read(string suffix) => _fixture.Storage.ReadAllBytes($"{_fixture.Directory}/00000000000000000000{suffix}")!;
}
