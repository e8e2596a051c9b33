using Compat.Wire.Records;
using CsCheck;

namespace Compat.Wire.Tests.Records;

public class RecordBatchHeaderTests
{
    private static readonly Gen<RecordBatchHeader> Headers =
        from offset in Gen.Long
        from length in Gen.Int
        from epoch in Gen.Int
        from crc in Gen.UInt
        from attributes in Gen.Short
        from delta in Gen.Int
        from times in Gen.Select(Gen.Long, Gen.Long)
        from producer in Gen.Select(Gen.Long, Gen.Short, Gen.Int)
        from count in Gen.Int
        select new RecordBatchHeader
        {
            BaseOffset = offset,
            BatchLength = length,
            PartitionLeaderEpoch = epoch,
            Magic = 2,
            Crc = crc,
            Attributes = (RecordBatchAttributes)attributes,
            LastOffsetDelta = delta,
            BaseTimestamp = times.Item1,
            MaxTimestamp = times.Item2,
            ProducerId = producer.Item1,
            ProducerEpoch = producer.Item2,
            BaseSequence = producer.Item3,
            RecordCount = count,
        };

    [Fact]
    public void A_header_reads_back_as_it_was_written() => Headers.Sample(header =>
    {
        byte[] bytes = new byte[RecordBatch.HeaderSize];
        header.Write(bytes);
        return RecordBatchHeader.Read(bytes) == header;
    });

    [Fact]
    public void Sixty_bytes_are_not_a_header() =>
        Assert.Throws<WireFormatException>(() => RecordBatchHeader.Read(new byte[60]));

    [Theory]
    [InlineData(5, 3, 8)]
    [InlineData(int.MaxValue, 1, 0)]
    [InlineData(int.MaxValue - 1, 3, 1)]
    public void Sequence_numbers_wrap_to_zero(int sequence, int increment, int expected)
    {
        Assert.Equal(expected, RecordBatch.IncrementSequence(sequence, increment));
        Assert.Equal(sequence, RecordBatch.DecrementSequence(expected, increment));
    }

    [Fact]
    public void A_batch_longer_than_its_memory_is_refused()
    {
        byte[] batch = EmptyBatch();
        batch[11]++;
        Assert.Throws<WireFormatException>(() => new RecordBatch(batch));
    }

    [Fact]
    public void A_batch_shorter_than_its_header_is_refused()
    {
        byte[] batch = EmptyBatch();
        batch[11]--;
        Assert.Throws<WireFormatException>(() => new RecordBatch(batch));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_batch_of_another_magic_is_refused(byte magic)
    {
        byte[] batch = EmptyBatch();
        batch[16] = magic;
        Assert.Throws<WireFormatException>(() => new RecordBatch(batch));
    }

    [Fact]
    public void Offsets_and_epoch_are_patched_outside_the_checksum()
    {
        byte[] bytes = EmptyBatch();
        RecordBatchPatch.SetBaseOffset(bytes, 1L << 40);
        RecordBatchPatch.SetPartitionLeaderEpoch(bytes, 77);

        var batch = new RecordBatch(bytes);
        Assert.Equal((1L << 40, 77), (batch.BaseOffset, batch.PartitionLeaderEpoch));
        Assert.True(batch.IsCrcValid());
    }

    [Fact]
    public void A_patched_timestamp_comes_with_its_checksum()
    {
        byte[] bytes = EmptyBatch();
        uint before = new RecordBatch(bytes).Crc;
        RecordBatchPatch.SetMaxTimestamp(bytes, TimestampType.LogAppendTime, 1234);

        var batch = new RecordBatch(bytes);
        Assert.Equal((TimestampType.LogAppendTime, 1234), (batch.TimestampType, batch.MaxTimestamp));
        Assert.NotEqual(before, batch.Crc);
        Assert.True(batch.IsCrcValid());

        RecordBatchPatch.SetMaxTimestamp(bytes, TimestampType.CreateTime, 1234);
        Assert.Equal(TimestampType.CreateTime, new RecordBatch(bytes).TimestampType);
        Assert.True(new RecordBatch(bytes).IsCrcValid());
    }

    [Fact]
    public void Batches_are_walked_up_to_the_one_that_is_cut_off()
    {
        byte[] memory = [.. EmptyBatch(), .. EmptyBatch(), .. EmptyBatch()[..^1]];
        RecordBatches.Enumerator batches = new RecordBatches(memory).GetEnumerator();
        Assert.True(batches.MoveNext());
        Assert.True(batches.MoveNext());
        Assert.False(batches.MoveNext());
        Assert.Equal(2 * RecordBatch.HeaderSize, batches.Position);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void An_impossible_length_is_refused(int length)
    {
        byte[] batch = EmptyBatch();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), length);
        Assert.Throws<WireFormatException>(() => RecordBatch.TryReadSize(batch, out _));
    }

    private static byte[] EmptyBatch()
    {
        byte[] bytes = new byte[RecordBatch.HeaderSize];
        var header = new RecordBatchHeader
        {
            BatchLength = RecordBatch.HeaderSize - RecordBatch.LogOverhead,
            Magic = RecordBatch.CurrentMagic,
            ProducerId = RecordBatch.NoProducerId,
        };
        header.Write(bytes);
        RecordBatchPatch.UpdateCrc(bytes);
        return bytes;
    }
}
