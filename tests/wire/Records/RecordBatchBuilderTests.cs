using Compat.Wire.Records;
using CsCheck;
using Record = Compat.Wire.Records.Record;

namespace Compat.Wire.Tests.Records;

public class RecordBatchBuilderTests
{
    public static readonly TheoryData<CompressionType, int> Codecs = new()
    {
        { CompressionType.None, 0 },
        { CompressionType.Gzip, -1 },
        { CompressionType.Gzip, 1 },
        { CompressionType.Gzip, 9 },
        { CompressionType.Snappy, 0 },
        { CompressionType.Lz4, 1 },
        { CompressionType.Lz4, 9 },
        { CompressionType.Lz4, 17 },
        { CompressionType.Zstd, -131072 },
        { CompressionType.Zstd, 3 },
        { CompressionType.Zstd, 12 },
    };

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Records_read_back_as_they_were_appended(CompressionType type, int level) =>
        RecordData.Generator.Array[1, 12].Sample(
            records =>
            {
                using var builder = new RecordBatchBuilder { BaseOffset = 1L << 33, Compression = Compression.Of(type, level) };
                var batch = new RecordBatch(RecordData.Build(builder, records));
                Assert.True(batch.IsCrcValid());
                Assert.Equal(type, batch.CompressionType);
                Assert.Equal(records.Max(r => r.Timestamp), batch.MaxTimestamp);
                Assert.Equal(records.Length - 1, batch.LastOffsetDelta);
                Assert.Equal(records, RecordData.ReadAll(batch));
            },
            iter: 60);

    [Fact]
    public void The_settings_are_in_the_header()
    {
        using var builder = new RecordBatchBuilder
        {
            BaseOffset = 100,
            PartitionLeaderEpoch = 7,
            ProducerId = 1234,
            ProducerEpoch = 5,
            BaseSequence = int.MaxValue,
            IsTransactional = true,
        };
        builder.Append(1000, [1], [2]);
        builder.Append(3000, [1], [2]);
        builder.Append(2000, [1], [2]);

        var batch = new RecordBatch(builder.Build());
        Assert.Equal((100, 102, 103), (batch.BaseOffset, batch.LastOffset, batch.NextOffset));
        Assert.Equal((1000, 3000), (batch.BaseTimestamp, batch.MaxTimestamp));
        Assert.Equal((1234L, (short)5), (batch.ProducerId, batch.ProducerEpoch));
        Assert.Equal((int.MaxValue, 1), (batch.BaseSequence, batch.LastSequence));
        Assert.Equal((7, true, false, false), (batch.PartitionLeaderEpoch, batch.IsTransactional, batch.IsControl, batch.HasDeleteHorizon));
        Assert.True(batch.HasProducerId);
    }

    [Fact]
    public void With_LogAppendTime_every_record_has_the_append_time()
    {
        using var builder = new RecordBatchBuilder { LogAppendTimeMs = 99 };
        builder.Append(1, [1], [2]);
        builder.Append(2, [1], [2]);

        var batch = new RecordBatch(builder.Build());
        Assert.Equal(TimestampType.LogAppendTime, batch.TimestampType);
        Assert.All(RecordData.ReadAll(batch), record => Assert.Equal(99, record.Timestamp));
    }

    [Fact]
    public void With_a_delete_horizon_the_timestamps_stay_what_they_are()
    {
        using var builder = new RecordBatchBuilder { DeleteHorizonMs = 5_000_000 };
        builder.Append(1, [1], null);
        builder.Append(6_000_000, [1], null);

        var batch = new RecordBatch(builder.Build());
        Assert.Equal(5_000_000, batch.DeleteHorizonMs);
        Assert.Equal([1, 6_000_000], RecordData.ReadAll(batch).Select(record => record.Timestamp));
    }

    [Fact]
    public void Records_can_leave_gaps_between_their_offsets_but_not_go_back()
    {
        using var builder = new RecordBatchBuilder { BaseOffset = 10 };
        builder.AppendAt(12, 0, null, null);
        builder.AppendAt(20, 0, null, null);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AppendAt(20, 0, null, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AppendAt(10L + int.MaxValue + 1, 0, null, null));

        var offsets = new List<long>();
        var batch = new RecordBatch(builder.Build());
        foreach (Record record in batch.Records())
        {
            offsets.Add(record.Offset);
        }

        Assert.Equal([12, 20], offsets);
        Assert.Equal(20, batch.LastOffset);
    }

    [Fact]
    public void A_copied_record_is_the_same_record() => RecordData.Generator.Array[1, 5].Sample(records =>
    {
        using var builder = new RecordBatchBuilder { BaseOffset = 5 };
        var batch = new RecordBatch(RecordData.Build(builder, records));
        using var copier = new RecordBatchBuilder { BaseOffset = 5 };
        foreach (Record record in batch.Records())
        {
            copier.Append(record);
        }

        Assert.Equal(batch.Memory.ToArray(), copier.Build());
    });

    [Fact]
    public void Numbers_written_with_more_bytes_than_they_need_are_read_as_they_are()
    {
        // Attributes, deltas 0, a key and no value, then one header whose number takes two bytes, as no length here needs.
        byte[] body = [0, 0, 0x80, 0x00, 0x82, 0x00, 0xAA, 1, 0x82, 0x00, 2, 0x68, 1];
        byte[] bytes = new byte[RecordBatch.HeaderSize + 1 + body.Length];
        using var builder = new RecordBatchBuilder();
        builder.Append(0, null, null);
        (RecordBatchHeader.Read(builder.Build()) with { BatchLength = bytes.Length - RecordBatch.LogOverhead }).Write(bytes);
        bytes[RecordBatch.HeaderSize] = (byte)(body.Length * 2);
        body.CopyTo(bytes, RecordBatch.HeaderSize + 1);
        Assert.Equal([new RecordData(0, "AA", null, "68=null\n")], RecordData.ReadAll(new RecordBatch(bytes)));
    }

    [Fact]
    public void A_builder_is_used_again_after_clearing()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(5, [1], [2]);
        byte[] first = builder.Build();
        builder.Append(6, [3], [4]);
        builder.Clear();
        Assert.Equal((0, RecordBatch.HeaderSize), (builder.Count, builder.UncompressedSize));
        builder.Append(5, [1], [2]);
        Assert.Equal(first, builder.Build());
    }

    [Fact]
    public void The_uncompressed_size_is_the_size_that_is_built()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(5, [1], [2], new RecordHeader("ключ", new byte[] { 1 }), new RecordHeader("", null));
        Assert.Equal(builder.UncompressedSize, builder.Build().Length);
    }

    [Theory]
    [InlineData(ControlRecordType.Commit)]
    [InlineData(ControlRecordType.Abort)]
    public void A_transaction_marker_reads_back(ControlRecordType type)
    {
        var marker = new EndTransactionMarker(type, 42);
        var batch = new RecordBatch(marker.ToBatch(1000, producerId: 7, producerEpoch: 3));
        Assert.Equal((true, true), (batch.IsControl, batch.IsTransactional));
        Assert.Equal((7L, (short)3), (batch.ProducerId, batch.ProducerEpoch));
        Assert.Equal(RecordBatch.NoSequence, batch.BaseSequence);
        foreach (Record record in batch.Records())
        {
            Assert.Equal(marker, EndTransactionMarker.Read(record));
        }
    }

    [Fact]
    public void Control_records_of_unknown_types_are_recognised_as_such()
    {
        Assert.Equal(ControlRecordType.KRaftVoters, ControlRecordTypes.Parse(ControlRecordTypes.Key(ControlRecordType.KRaftVoters)));
        Assert.Equal(ControlRecordType.Unknown, ControlRecordTypes.Parse([0, 0, 0, 99]));
        Assert.Equal(ControlRecordType.Commit, ControlRecordTypes.Parse([0, 5, 0, 1, 9]));
        Assert.Throws<WireFormatException>(() => ControlRecordTypes.Parse([0, 0, 0]));
        Assert.Throws<WireFormatException>(() => ControlRecordTypes.Parse([0xFF, 0xFF, 0, 0]));
    }
}
