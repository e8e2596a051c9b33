using Compat.Wire.Records;
using CsCheck;

namespace Compat.Wire.Tests.Records;

public class RecordBatchValidatorTests
{
    private const long Now = 1_700_000_000_000;
    private const long Hour = 3_600_000;

    private static readonly RecordBatchRules Client = new() { IsFromClient = true, TimestampAfterMaxMs = Hour };

    public static readonly TheoryData<CompressionType> Codecs = new(Enum.GetValues<CompressionType>());

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_batch_that_fits_passes_untouched(CompressionType type)
    {
        byte[] batch = Build(type);
        byte[] before = [.. batch];
        RecordBatchVerdict verdict = RecordBatchValidator.Validate(batch, Client, Now);
        Assert.Equal((ErrorCode.None, null, Now + 5, false), (verdict.ErrorCode, verdict.ErrorMessage, verdict.MaxTimestamp, verdict.IsRebuilt));
        Assert.True(verdict.Batch.Equals(batch.AsMemory()));
        Assert.Equal(before, batch);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Passing_allocates_nothing_for_each_record(CompressionType type)
    {
        byte[] batch = Build(type, records: 5000);
        RecordBatchValidator.Validate(batch, Client, Now);
        // The least of a few: a pool that another test has emptied makes a buffer anew.
        long allocated = Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            RecordBatchValidator.Validate(batch, Client, Now);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.InRange(allocated, 0, type == CompressionType.None ? 0 : 8192);
    }

    [Fact]
    public void Bytes_behind_the_batch_are_not_part_of_what_is_appended()
    {
        byte[] batch = Build();
        RecordBatchVerdict verdict = RecordBatchValidator.Validate((byte[])[.. batch, 1, 2, 3], Client, Now);
        Assert.Equal(batch, verdict.Batch.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Another_magic_is_corrupt(byte magic) =>
        Assert.Equal(ErrorCode.CorruptMessage, Code(Patched(batch => batch[16] = magic)));

    [Fact]
    public void A_batch_that_is_cut_off_is_corrupt()
    {
        byte[] batch = Build();
        for (int length = 0; length < batch.Length; length++)
        {
            Assert.Equal(ErrorCode.CorruptMessage, Code(batch[..length]));
        }
    }

    [Fact]
    public void Any_damage_under_the_checksum_is_corrupt()
    {
        for (int position = 17; position < Build().Length; position++)
        {
            byte[] batch = Build();
            batch[position] ^= 0x10;
            Assert.Equal(ErrorCode.CorruptMessage, Code(batch));
        }
    }

    [Fact]
    public void A_client_counts_from_offset_zero()
    {
        byte[] batch = Build();
        RecordBatchPatch.SetBaseOffset(batch, 1);
        Assert.Equal(ErrorCode.InvalidRecord, Code(batch));
        Assert.Equal(ErrorCode.None, RecordBatchValidator.Validate(batch, new RecordBatchRules(), Now).ErrorCode);
    }

    [Theory]
    [InlineData(0, ErrorCode.None)]
    [InlineData(-1, ErrorCode.MessageTooLarge)]
    public void A_batch_has_at_most_the_bytes_of_max_message_bytes(int more, ErrorCode expected)
    {
        byte[] batch = Build();
        Assert.Equal(expected, Code(batch, Client with { MaxMessageBytes = batch.Length + more }));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, -1)]
    [InlineData(-1, -2)]
    [InlineData(2, 2)]
    [InlineData(4, 2)]
    [InlineData(3, 3)]
    [InlineData(int.MaxValue, int.MaxValue - 1)]
    public void A_count_that_lies_is_invalid(int count, int lastOffsetDelta) => Assert.Equal(
        ErrorCode.InvalidRecord,
        Code(Rewritten(header => header with { RecordCount = count, LastOffsetDelta = lastOffsetDelta })));

    [Fact]
    public void More_and_fewer_records_than_claimed_are_invalid()
    {
        Assert.Equal(ErrorCode.InvalidRecord, Code(Rewritten(header => header with { RecordCount = 2, LastOffsetDelta = 1 })));
        Assert.Equal(ErrorCode.InvalidRecord, Code(Rewritten(header => header with { RecordCount = 4, LastOffsetDelta = 3 })));
    }

    [Fact]
    public void A_client_writes_no_control_records()
    {
        byte[] marker = new EndTransactionMarker(ControlRecordType.Commit, 0).ToBatch(Now, 1, 0);
        Assert.Equal(ErrorCode.InvalidRecord, Code(marker));
        Assert.Equal(ErrorCode.None, RecordBatchValidator.Validate(marker, new RecordBatchRules(), Now).ErrorCode);
    }

    [Theory]
    [InlineData(5, -1, ErrorCode.InvalidRecord)]
    [InlineData(5, 0, ErrorCode.None)]
    [InlineData(-1, -1, ErrorCode.None)]
    public void A_producer_id_comes_with_a_sequence_number(long producerId, int sequence, ErrorCode expected) => Assert.Equal(
        expected, Code(Rewritten(header => header with { ProducerId = producerId, BaseSequence = sequence })));

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void An_unknown_codec_is_unsupported(int codec) => Assert.Equal(
        ErrorCode.UnsupportedCompressionType,
        Code(Rewritten(header => header with { Attributes = (RecordBatchAttributes)codec })));

    [Fact]
    public void Records_that_are_not_what_the_codec_says_are_invalid()
    {
        Assert.Equal(ErrorCode.InvalidRecord, Code(Rewritten(header => header with { Attributes = (RecordBatchAttributes)CompressionType.Zstd })));
        Assert.Equal(ErrorCode.InvalidRecord, Code(Patched(batch => batch[61] = 0x7F)));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Offsets_that_overlap_or_leave_gaps_are_invalid_records(CompressionType type)
    {
        using var builder = new RecordBatchBuilder { Compression = Compression.Of(type) };
        builder.AppendAt(0, Now, null, null);
        builder.AppendAt(2, Now, null, null);
        byte[] batch = builder.Build();
        Rewrite(batch, header => header with { LastOffsetDelta = 1 });

        RecordBatchVerdict verdict = RecordBatchValidator.Validate(batch, Client, Now);
        Assert.Equal(ErrorCode.InvalidRecord, verdict.ErrorCode);
        Assert.Equal([1], verdict.RecordErrors.Select(error => error.BatchIndex));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Records_without_keys_are_refused_by_a_compacted_topic_one_by_one(CompressionType type)
    {
        using var builder = new RecordBatchBuilder { Compression = Compression.Of(type) };
        builder.Append(Now, [1], [2]);
        builder.Append(Now, null, [2]);
        builder.Append(Now, [], [2]);
        builder.Append(Now, null, null);

        RecordBatchVerdict verdict = RecordBatchValidator.Validate(builder.Build(), Client with { IsCompacted = true }, Now);
        Assert.Equal(ErrorCode.InvalidRecord, verdict.ErrorCode);
        Assert.Equal([1, 3], verdict.RecordErrors.Select(error => error.BatchIndex));
        Assert.NotNull(verdict.ErrorMessage);
        Assert.True(verdict.Batch.IsEmpty);
    }

    [Fact]
    public void The_list_of_records_at_fault_is_bounded()
    {
        using var builder = new RecordBatchBuilder();
        for (int i = 0; i < 3000; i++)
        {
            builder.Append(Now, null, null);
        }

        RecordBatchVerdict verdict = RecordBatchValidator.Validate(builder.Build(), Client with { IsCompacted = true }, Now);
        Assert.Equal(RecordBatchValidator.MaxRecordErrors, verdict.RecordErrors.Count);
    }

    [Theory]
    [InlineData(0, ErrorCode.None)]
    [InlineData(Hour, ErrorCode.None)]
    [InlineData(Hour + 1, ErrorCode.InvalidTimestamp)]
    [InlineData(-2 * Hour, ErrorCode.None)]
    [InlineData((-2 * Hour) - 1, ErrorCode.InvalidTimestamp)]
    [InlineData(-Now - 1, ErrorCode.None)]
    public void Timestamps_lie_between_before_and_after(long difference, ErrorCode expected)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(Now, null, null);
        builder.Append(Now + difference, null, null);
        RecordBatchVerdict verdict = RecordBatchValidator.Validate(
            builder.Build(), Client with { TimestampBeforeMaxMs = 2 * Hour }, Now);
        Assert.Equal(expected, verdict.ErrorCode);
        Assert.Equal(expected == ErrorCode.None ? [] : [1], verdict.RecordErrors.Select(error => error.BatchIndex));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void The_farthest_timestamps_are_out_of_range_and_not_out_of_arithmetic(long timestamp) => Assert.Equal(
        ErrorCode.InvalidTimestamp,
        Code(Rewritten(header => header with { BaseTimestamp = timestamp }), Client with { TimestampBeforeMaxMs = Hour }));

    [Fact]
    public void A_bad_timestamp_outweighs_a_missing_key()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(Now, null, null);
        builder.Append(Now + (2 * Hour), [1], null);
        RecordBatchVerdict verdict = RecordBatchValidator.Validate(builder.Build(), Client with { IsCompacted = true }, Now);
        Assert.Equal(ErrorCode.InvalidTimestamp, verdict.ErrorCode);
        Assert.Equal([0, 1], verdict.RecordErrors.Select(error => error.BatchIndex));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void With_LogAppendTime_every_record_gets_the_append_time(CompressionType type)
    {
        byte[] batch = Build(type);
        RecordBatchVerdict verdict = RecordBatchValidator.Validate(
            batch, Client with { TimestampType = TimestampType.LogAppendTime }, Now + 77);
        Assert.Equal((ErrorCode.None, Now + 77, false), (verdict.ErrorCode, verdict.MaxTimestamp, verdict.IsRebuilt));

        var stored = new RecordBatch(batch);
        Assert.True(stored.IsCrcValid());
        Assert.All(RecordData.ReadAll(stored), record => Assert.Equal(Now + 77, record.Timestamp));
    }

    [Fact]
    public void A_client_that_sets_the_append_time_is_refused_by_LogAppendTime() => Assert.Equal(
        ErrorCode.InvalidTimestamp,
        Code(
            Rewritten(header => header with { Attributes = RecordBatchAttributes.LogAppendTime }),
            Client with { TimestampType = TimestampType.LogAppendTime }));

    [Fact]
    public void A_client_that_sets_the_append_time_has_it_taken_off_by_CreateTime()
    {
        byte[] batch = Rewritten(header => header with { Attributes = RecordBatchAttributes.LogAppendTime });
        Assert.Equal(ErrorCode.None, Code(batch));
        Assert.Equal(TimestampType.CreateTime, new RecordBatch(batch).TimestampType);
        Assert.True(new RecordBatch(batch).IsCrcValid());
    }

    [Fact]
    public void A_maximum_timestamp_that_lies_is_put_right()
    {
        byte[] batch = Rewritten(header => header with { MaxTimestamp = 3 });
        Assert.Equal(ErrorCode.None, Code(batch));
        Assert.Equal(Now + 5, new RecordBatch(batch).MaxTimestamp);
        Assert.True(new RecordBatch(batch).IsCrcValid());
    }

    [Fact]
    public void Between_any_two_codecs_the_records_stay_the_same() =>
        Gen.Select(
            Gen.Enum<CompressionType>(),
            Gen.Enum<CompressionType>(),
            Gen.Enum<TimestampType>(),
            RecordData.Generator.Array[1, 6]).Sample(
            (source, target, timestamps, records) =>
            {
                using var builder = new RecordBatchBuilder { Compression = Compression.Of(source), ProducerId = 5, BaseSequence = 9 };
                byte[] batch = RecordData.Build(builder, records);
                var rules = new RecordBatchRules { IsFromClient = true, Compression = Compression.Of(target), TimestampType = timestamps };
                RecordBatchVerdict verdict = RecordBatchValidator.Validate(batch, rules, Now);
                Assert.Equal((ErrorCode.None, source != target), (verdict.ErrorCode, verdict.IsRebuilt));

                var stored = new RecordBatch(verdict.Batch);
                Assert.True(stored.IsCrcValid());
                Assert.Equal((target, timestamps), (stored.CompressionType, stored.TimestampType));
                Assert.Equal((5, 9, records.Length), ((int)stored.ProducerId, stored.BaseSequence, stored.RecordCount));
                Assert.Equal(verdict.MaxTimestamp, stored.MaxTimestamp);
                IEnumerable<RecordData> expected = timestamps == TimestampType.CreateTime
                    ? records
                    : records.Select(record => record with { Timestamp = Now });
                Assert.Equal(expected, RecordData.ReadAll(stored));
            },
            iter: 300);

    [Fact]
    public void A_batch_that_grows_beyond_max_message_bytes_when_it_is_stored_is_too_large()
    {
        byte[] batch = Build(CompressionType.Gzip, records: 1000);
        var rules = new RecordBatchRules { IsFromClient = true, Compression = Compression.None, MaxMessageBytes = batch.Length + 100 };
        Assert.Equal(ErrorCode.MessageTooLarge, Code(batch, rules));
        Assert.Equal(ErrorCode.None, Code(batch, rules with { MaxMessageBytes = 100_000 }));
    }

    [Fact]
    public void Control_records_are_never_recompressed()
    {
        byte[] marker = new EndTransactionMarker(ControlRecordType.Commit, 0).ToBatch(Now, 1, 0);
        RecordBatchVerdict verdict = RecordBatchValidator.Validate(
            marker, new RecordBatchRules { Compression = Compression.Of(CompressionType.Zstd) }, Now);
        Assert.False(verdict.IsRebuilt);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_batch_that_inflates_beyond_the_limit_is_too_large(CompressionType type)
    {
        using var builder = new RecordBatchBuilder { Compression = Compression.Of(type) };
        builder.Append(Now, null, new byte[50_000_000]);
        byte[] batch = builder.Build();
        RecordBatchRules rules = Client with { MaxDecompressedBytes = 1_000_000 };
        RecordBatchValidator.Validate(batch, rules, Now);

        long before = GC.GetAllocatedBytesForCurrentThread();
        ErrorCode code = Code(batch, rules);
        Assert.Equal(type == CompressionType.None ? ErrorCode.None : ErrorCode.MessageTooLarge, code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 128 * 1024);
    }

    [Fact]
    public void Hostile_batches_get_an_error_or_a_batch_that_can_be_read() => Gen.Select(
        Gen.Enum<CompressionType>(),
        RecordData.Generator.Array[1, 4],
        Gen.Select(Gen.Int[0, 1000], Gen.Byte).Array[1, 4],
        Gen.Bool).Sample(
        (type, records, damages, headerToo) =>
        {
            using var builder = new RecordBatchBuilder { Compression = Compression.Of(type) };
            byte[] batch = RecordData.Build(builder, records);
            int first = headerToo ? 21 : RecordBatch.HeaderSize;
            foreach ((int position, byte value) in damages)
            {
                batch[first + (position % (batch.Length - first))] = value;
            }

            RecordBatchPatch.UpdateCrc(batch);
            var rules = new RecordBatchRules { IsFromClient = true, MaxDecompressedBytes = 10_000_000 };
            RecordBatchVerdict verdict = RecordBatchValidator.Validate(batch, rules, Now);
            if (verdict.ErrorCode == ErrorCode.None)
            {
                RecordData.ReadAll(new RecordBatch(verdict.Batch));
            }
        },
        iter: 2000);

    private static ErrorCode Code(byte[] batch, RecordBatchRules? rules = null) =>
        RecordBatchValidator.Validate(batch, rules ?? Client, Now).ErrorCode;

    private static byte[] Build(CompressionType type = CompressionType.None, int records = 3)
    {
        using var builder = new RecordBatchBuilder { Compression = Compression.Of(type) };
        for (int i = 0; i < records; i++)
        {
            builder.Append(i == 1 ? Now + 5 : Now, [1, 2], [3, 4, 5]);
        }

        return builder.Build();
    }

    private static byte[] Patched(Action<byte[]> patch)
    {
        byte[] batch = Build();
        patch(batch);
        RecordBatchPatch.UpdateCrc(batch);
        return batch;
    }

    private static byte[] Rewritten(Func<RecordBatchHeader, RecordBatchHeader> change)
    {
        byte[] batch = Build();
        Rewrite(batch, change);
        return batch;
    }

    private static void Rewrite(byte[] batch, Func<RecordBatchHeader, RecordBatchHeader> change)
    {
        change(RecordBatchHeader.Read(batch)).Write(batch);
        RecordBatchPatch.UpdateCrc(batch);
    }
}
