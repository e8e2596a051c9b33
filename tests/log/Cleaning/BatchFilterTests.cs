using System.Buffers;
using Compat.Log.Cleaning;
using Compat.Log.Segments;
using Compat.Wire.Records;

namespace Compat.Log.Tests.Cleaning;

/// <summary>The rules of what stays, one batch at a time and without a log.</summary>
public class BatchFilterTests
{
    private const long Now = 5000;
    private const long NewHorizon = 6000;

    private readonly OffsetMap _map = new(1 << 16, 0.9, 100, seed: 1) { LatestOffset = 1000 };
    private readonly CleanedTransactions _transactions = new();
    private CleanerFilter? _filter;

    public static TheoryData<CompressionType> Codecs => [.. Enum.GetValues<CompressionType>()];

    [Fact]
    public void A_batch_of_which_everything_stays_is_copied_byte_by_byte()
    {
        RecordBatch batch = Batch(10, new RecordBatchBuilder(), ("a", "1"), ("b", "2"));
        _map.TryPut("a"u8, 10);
        _map.TryPut("c"u8, 11);

        Assert.Equal(batch.Memory.ToArray(), Copy(batch)!.Value.Memory.ToArray());
    }

    [Fact]
    public void A_batch_of_which_nothing_stays_goes()
    {
        _map.TryPut("a"u8, 11);

        Assert.Null(Copy(Batch(10, new RecordBatchBuilder(), ("a", "1"))));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void What_stays_of_a_batch_keeps_its_offsets_times_headers_and_sequence_numbers(CompressionType codec)
    {
        RecordBatch batch = Batch(
            10,
            new RecordBatchBuilder { ProducerId = 7, ProducerEpoch = 3, BaseSequence = 40, PartitionLeaderEpoch = 5, Compression = Compression.Of(codec) },
            ("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"));
        _map.TryPut("a"u8, 20);
        _map.TryPut("d"u8, 21);

        RecordBatch copy = Copy(batch)!.Value;

        Assert.True(copy.IsCrcValid());
        Assert.Equal([(11, "b", "2", "2"), (12, "c", "3", "3")], Keyed.Records([copy]).Select(record => (record.Offset, record.Key, record.Value, record.Header)));
        Assert.All(Keyed.Records([copy]), record => Assert.Equal(1234, record.Timestamp));
        Assert.Equal(
            (batch.BaseOffset, batch.LastOffset, batch.ProducerId, batch.ProducerEpoch, batch.BaseSequence, batch.LastSequence, batch.PartitionLeaderEpoch, codec, 1234),
            (copy.BaseOffset, copy.LastOffset, copy.ProducerId, copy.ProducerEpoch, copy.BaseSequence, copy.LastSequence, copy.PartitionLeaderEpoch, copy.CompressionType, copy.MaxTimestamp));
    }

    [Fact]
    public void The_brokers_time_stays_the_brokers_time()
    {
        _map.TryPut("a"u8, 20);

        RecordBatch copy = Copy(Batch(10, new RecordBatchBuilder { LogAppendTimeMs = 4321 }, ("a", "1"), ("b", null)))!.Value;

        Assert.Equal((TimestampType.LogAppendTime, 4321, NewHorizon), (copy.TimestampType, copy.MaxTimestamp, copy.DeleteHorizonMs));
        Assert.Equal([4321], Keyed.Records([copy]).Select(record => record.Timestamp));
    }

    [Fact]
    public void Records_beyond_the_map_stay_whatever_their_keys()
    {
        _map.LatestOffset = 9;
        _map.TryPut("a"u8, 5);

        RecordBatch batch = Batch(10, new RecordBatchBuilder(), ("a", "1"), ("a", "2"), ("a", null));
        Assert.Equal(batch.Memory.ToArray(), Copy(batch)!.Value.Memory.ToArray());

        RecordBatch late = Batch(10, new RecordBatchBuilder { DeleteHorizonMs = Now - 1 }, ("a", null), (null, "1"));
        Assert.Equal(late.Memory.ToArray(), Copy(late)!.Value.Memory.ToArray());
    }

    [Fact]
    public void A_record_without_a_key_goes()
    {
        Assert.Equal([11], Keyed.Records([Copy(Batch(10, new RecordBatchBuilder(), (null, "1"), ("b", "2")))!.Value]).Select(record => record.Offset));
    }

    [Fact]
    public void A_tombstone_stays_until_its_horizon_which_the_first_cleaning_sets()
    {
        RecordBatch batch = Batch(10, new RecordBatchBuilder(), ("a", null), ("b", "2"));

        RecordBatch first = Copy(batch)!.Value;
        Assert.Equal((NewHorizon, NewHorizon, 1234), (first.DeleteHorizonMs, first.BaseTimestamp, first.MaxTimestamp));
        Assert.Equal(Keyed.Records([batch]), Keyed.Records([first]));

        RecordBatch second = Copy(first, now: NewHorizon - 1)!.Value;
        Assert.Equal(first.Memory.ToArray(), second.Memory.ToArray());

        RecordBatch third = Copy(second, now: NewHorizon)!.Value;
        Assert.Equal([(11, "b", "2", 1234, "2")], Keyed.Records([third]).Select(record => (record.Offset, record.Key, record.Value, record.Timestamp, record.Header)));
        Assert.Equal(11, third.LastOffset);
    }

    [Fact]
    public void A_tombstone_that_a_later_record_of_its_key_follows_goes_at_once()
    {
        _map.TryPut("a"u8, 20);

        Assert.Null(Copy(Batch(10, new RecordBatchBuilder(), ("a", null))));
    }

    [Fact]
    public void The_last_batch_of_an_active_producer_stays_as_a_header()
    {
        _map.TryPut("key"u8, 20);
        RecordBatch batch = CleanedTransactionsTests.Data(10, producerId: 7, transactional: false, sequence: 40);

        RecordBatch copy = Copy(batch, lastRecords: new() { [7] = new LastRecord(10, 0) })!.Value;

        Assert.True(copy.IsCrcValid());
        Assert.Equal(
            (0, RecordBatch.HeaderSize, 10, 10, 7, 40, 1, CompressionType.None),
            (copy.RecordCount, copy.SizeInBytes, copy.BaseOffset, copy.LastOffset, copy.ProducerId, copy.LastSequence, copy.MaxTimestamp, copy.CompressionType));
        Assert.Null(Copy(batch, lastRecords: new() { [7] = new LastRecord(11, 0) }));
        Assert.Null(Copy(copy, lastRecords: []));
    }

    [Fact]
    public void The_last_batch_below_the_high_watermark_stays_as_a_header()
    {
        _map.TryPut("a"u8, 20);

        Assert.Equal(0, Copy(Batch(10, new RecordBatchBuilder(), ("a", "1")), highWatermark: 11)!.Value.RecordCount);
    }

    [Fact]
    public void Records_of_an_aborted_transaction_go_whatever_their_keys_but_for_the_header_a_producer_needs()
    {
        _transactions.Add(new AbortedTransaction(7, 10, 12, 13));

        Assert.Null(Copy(CleanedTransactionsTests.Data(10, producerId: 7)));
        Assert.Equal(0, Copy(CleanedTransactionsTests.Data(11, producerId: 7), lastRecords: new() { [7] = new LastRecord(11, 0) })!.Value.RecordCount);

        RecordBatch marker = CleanedTransactionsTests.Marker(12, producerId: 7, commit: false);
        Assert.Equal(marker.Memory.ToArray(), Copy(marker)!.Value.Memory.ToArray());
    }

    [Fact]
    public void A_marker_of_nothing_gets_a_horizon_and_goes_after_it()
    {
        RecordBatch first = Copy(CleanedTransactionsTests.Marker(12, producerId: 7, commit: true))!.Value;
        Assert.Equal((NewHorizon, 1), (first.DeleteHorizonMs, first.RecordCount));

        Assert.Equal(first.Memory.ToArray(), Copy(first, now: NewHorizon - 1)!.Value.Memory.ToArray());
        Assert.Null(Copy(first, now: NewHorizon));
    }

    [Fact]
    public void A_marker_that_is_all_a_producer_has_written_in_its_epoch_stays_as_a_header()
    {
        RecordBatch marker = Copy(CleanedTransactionsTests.Marker(12, producerId: 7, commit: true))!.Value;

        Assert.Equal(0, Copy(marker, now: NewHorizon, lastRecords: new() { [7] = new LastRecord(-1, 0) })!.Value.RecordCount);
        Assert.Null(Copy(marker, now: NewHorizon, lastRecords: new() { [7] = new LastRecord(-1, 1) }));
    }

    [Fact]
    public void A_marker_of_records_that_are_still_there_stays_without_a_horizon()
    {
        _filter = new CleanerFilter(_map, _transactions, Now);
        Assert.NotNull(Copy(CleanedTransactionsTests.Data(10, producerId: 7)));

        RecordBatch marker = CleanedTransactionsTests.Marker(12, producerId: 7, commit: true);

        Assert.Equal(marker.Memory.ToArray(), Copy(marker)!.Value.Memory.ToArray());
    }

    private static RecordBatch Batch(long offset, RecordBatchBuilder builder, params (string? Key, string? Value)[] records)
    {
        byte[] batch = Keyed.Build(builder, 1234, records);
        RecordBatchPatch.SetBaseOffset(batch, offset);
        return new RecordBatch(batch);
    }

    private RecordBatch? Copy(RecordBatch batch, long now = Now, long highWatermark = -1, Dictionary<long, LastRecord>? lastRecords = null)
    {
        CleanerFilter filter = _filter ?? new CleanerFilter(_map, _transactions, now) { HighWatermark = highWatermark, LastRecords = lastRecords ?? [] };
        ArrayBufferWriter<byte> output = new();
        new BatchFilter(filter, Compression.DefaultMaxDecompressedBytes, NewHorizon).Copy(batch, filter.Decide(batch), output);
        return output.WrittenCount == 0 ? null : new RecordBatch(output.WrittenMemory);
    }
}
