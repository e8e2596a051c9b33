using System.Buffers.Binary;
using Compat.Log.Configuration;
using Compat.Wire;
using Compat.Wire.Records;
using CsCheck;

namespace Compat.Log.Tests;

/// <summary>Nothing that a client says is believed, and what is refused leaves the log as it was.</summary>
public class ValidationTests
{
    private readonly LogFixture _fixture = new();

    [Fact]
    public void A_changed_byte_under_the_checksum_is_corrupt()
    {
        byte[] batch = Batches.Of(1, "value");
        batch[^1] ^= 1;

        AssertRefused(ErrorCode.CorruptMessage, batch);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(-1)]
    public void Batches_of_another_magic_are_corrupt(int magic)
    {
        byte[] batch = Batches.Of(1, "value");
        batch[16] = (byte)magic;

        AssertRefused(ErrorCode.CorruptMessage, batch);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(48)]
    [InlineData(int.MaxValue)]
    public void A_length_that_lies_is_corrupt(int length)
    {
        byte[] batch = Batches.Of(1, "value");
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), length);

        AssertRefused(ErrorCode.CorruptMessage, batch);
    }

    [Theory]
    [InlineData(23, 1)]
    [InlineData(23, -1)]
    [InlineData(23, 5)]
    [InlineData(57, 0)]
    [InlineData(57, -1)]
    [InlineData(57, 3)]
    [InlineData(57, int.MaxValue)]
    public void Counts_that_lie_are_invalid(int field, int value)
    {
        byte[] batch = Batches.Of(1, "a", "b", "c", "d");
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(field), value);
        RecordBatchPatch.UpdateCrc(batch);

        AssertRefused(ErrorCode.InvalidRecord, batch);
    }

    [Fact]
    public void Counts_that_lie_together_are_invalid()
    {
        byte[] batch = Batches.Of(1, "a", "b");
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), 2);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), 3);
        RecordBatchPatch.UpdateCrc(batch);

        AssertRefused(ErrorCode.InvalidRecord, batch);
    }

    [Fact]
    public void A_base_offset_other_than_zero_is_invalid()
    {
        byte[] batch = Batches.Of(1, "a");
        RecordBatchPatch.SetBaseOffset(batch, 5);

        AssertRefused(ErrorCode.InvalidRecord, batch);
    }

    [Fact]
    public void Two_batches_at_once_are_invalid() => AssertRefused(ErrorCode.InvalidRecord, [.. Batches.Of(1, "a"), .. Batches.Of(1, "b")]);

    [Fact]
    public void No_batch_is_invalid() => AssertRefused(ErrorCode.InvalidRecord, []);

    [Fact]
    public void Bytes_too_few_for_a_batch_are_corrupt() => AssertRefused(ErrorCode.CorruptMessage, new byte[60]);

    [Fact]
    public void Control_records_from_a_client_are_invalid() => AssertRefused(ErrorCode.InvalidRecord, Batches.Marker(commit: true, 1, 0));

    [Fact]
    public void A_producer_without_a_sequence_number_is_invalid() => AssertRefused(ErrorCode.InvalidRecord, Batches.FromProducer(1, 0, -1));

    [Fact]
    public void Max_message_bytes_is_the_size_of_the_whole_batch()
    {
        byte[] batch = Batches.Of(1, "value");
        _fixture.Log.Config = _fixture.Config with { MaxMessageBytes = batch.Length };
        Assert.Equal(ErrorCode.None, _fixture.Append(batch).ErrorCode);

        _fixture.Log.Config = _fixture.Config with { MaxMessageBytes = batch.Length - 1 };
        Assert.Equal(ErrorCode.MessageTooLarge, _fixture.Append(Batches.Of(1, "value")).ErrorCode);
    }

    [Fact]
    public void A_compacted_topic_takes_no_record_without_a_key_and_says_which()
    {
        _fixture.Log.Config = _fixture.Config with { CleanupCompact = true };
        using RecordBatchBuilder builder = new();
        builder.Append(1, "key"u8.ToArray(), "a"u8.ToArray());
        builder.Append(1, null, "b"u8.ToArray());

        AppendResult result = _fixture.Append(builder.Build());

        Assert.Equal(ErrorCode.InvalidRecord, result.ErrorCode);
        Assert.Equal(1, Assert.Single(result.RecordErrors!).BatchIndex);
    }

    [Fact]
    public void Timestamps_too_far_from_the_brokers_are_invalid_and_named()
    {
        _fixture.Log.Config = _fixture.Config with { MessageTimestampBeforeMaxMs = 1000, MessageTimestampAfterMaxMs = 500 };
        long now = _fixture.NowMs;

        Assert.Equal(ErrorCode.None, _fixture.Append(Batches.Of(now - 1000, "a")).ErrorCode);
        Assert.Equal(ErrorCode.None, _fixture.Append(Batches.Of(now + 500, "a")).ErrorCode);
        AppendResult early = _fixture.Append(Batches.Of(now - 1001, "a"));
        AppendResult late = _fixture.Append(Batches.Of(now + 501, "a"));

        Assert.Equal((ErrorCode.InvalidTimestamp, ErrorCode.InvalidTimestamp), (early.ErrorCode, late.ErrorCode));
        Assert.Equal(0, Assert.Single(late.RecordErrors!).BatchIndex);
    }

    [Fact]
    public void With_log_append_time_records_get_the_brokers_time()
    {
        _fixture.Log.Config = _fixture.Config with { MessageTimestampType = MessageTimestampType.LogAppendTime };

        AppendResult result = _fixture.Append(Batches.Of(5, "a"));

        Assert.Equal(_fixture.NowMs, result.LogAppendTimeMs);
        RecordBatch stored = Assert.Single(Stored());
        Assert.Equal((TimestampType.LogAppendTime, _fixture.NowMs, true), (stored.TimestampType, stored.MaxTimestamp, stored.IsCrcValid()));
        Assert.Equal(_fixture.NowMs, _fixture.Log.OffsetForTimestamp(6)!.Value.Timestamp);
    }

    [Fact]
    public void A_greatest_timestamp_that_lies_is_put_right()
    {
        byte[] batch = Batches.Of(5, "a");
        RecordBatchPatch.SetMaxTimestamp(batch, TimestampType.CreateTime, 99_999);

        Assert.Equal(ErrorCode.None, _fixture.Append(batch).ErrorCode);

        RecordBatch stored = Assert.Single(Stored());
        Assert.Equal((5, true), (stored.MaxTimestamp, stored.IsCrcValid()));
    }

    [Theory]
    [InlineData(BrokerCompressionType.Gzip, CompressionType.Gzip)]
    [InlineData(BrokerCompressionType.Zstd, CompressionType.Zstd)]
    [InlineData(BrokerCompressionType.Uncompressed, CompressionType.None)]
    [InlineData(BrokerCompressionType.Producer, CompressionType.Lz4)]
    public void A_batch_is_stored_with_the_topics_codec(BrokerCompressionType setting, CompressionType stored)
    {
        _fixture.Log.Config = _fixture.Config with { CompressionType = setting, CompressionGzipLevel = 1 };
        using RecordBatchBuilder builder = new()
        {
            Compression = Compression.Of(CompressionType.Lz4),
            ProducerId = 3,
            ProducerEpoch = 1,
            BaseSequence = 0,
        };
        builder.Append(11, "k"u8.ToArray(), "value"u8.ToArray(), new RecordHeader("h", "x"u8.ToArray()));
        builder.Append(12, null, null, []);
        byte[] batch = builder.Build();

        Assert.Equal(1, _fixture.Append([.. batch]).LastOffset);

        RecordBatch read = Assert.Single(Stored());
        Assert.Equal((stored, 3, 0, 12, true), (read.CompressionType, read.ProducerId, read.BaseSequence, read.MaxTimestamp, read.IsCrcValid()));
        Assert.Equal([(0, "value"), (1, "")], _fixture.ReadAll());
        Assert.True(_fixture.Append([.. batch]).IsDuplicate);
    }

    [Fact]
    public void Mutated_batches_are_taken_whole_or_refused_and_never_break_the_log()
    {
        byte[] good = Batches.FromProducer(1, 0, 0, count: 3);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Bool).Array[1, 4].Sample(changes =>
        {
            byte[] batch = [.. good];
            foreach ((int at, byte value, bool _) in changes)
            {
                batch[at] = value;
            }

            if (changes[0].Item3)
            {
                RecordBatchPatch.UpdateCrc(batch);
            }

            LogFixture fixture = new();
            AppendResult result = fixture.Append(batch);
            List<(long Offset, string)> records = fixture.ReadAll();
            Assert.Equal(result.ErrorCode == ErrorCode.None ? result.LastOffset + 1 : 0, fixture.Log.LogEndOffset);
            Assert.Equal(fixture.Log.LogEndOffset, records.Count);
            fixture.Crash();
            Assert.Equal(records, fixture.ReadAll());
        }, iter: 3000);
    }

    [Fact]
    public void A_follower_takes_batches_as_they_are()
    {
        byte[] first = Numbered(10, 3, "a", "b");
        byte[] second = Numbered(20, 4, "c");

        AppendResult result = _fixture.Log.AppendAsFollower((byte[])[.. first, .. second, 1, 2, 3]);

        Assert.Equal((ErrorCode.None, 10, 20), (result.ErrorCode, result.FirstOffset, result.LastOffset));
        Assert.Equal([(10, "a"), (11, "b"), (20, "c")], _fixture.ReadAll());
        Assert.Equal((21, 4), (_fixture.Log.LogEndOffset, _fixture.Log.LatestEpoch));
    }

    [Fact]
    public void A_follower_refuses_offsets_it_has_damage_and_disorder_and_leaves_out_later_epochs()
    {
        _fixture.Log.AppendAsFollower(Numbered(0, 1, "a"));

        Assert.Equal(ErrorCode.OffsetOutOfRange, _fixture.Log.AppendAsFollower(Numbered(0, 1, "a")).ErrorCode);
        byte[] damaged = Numbered(1, 1, "b");
        damaged[^1] ^= 1;
        Assert.Equal(ErrorCode.CorruptMessage, _fixture.Log.AppendAsFollower(damaged).ErrorCode);
        Assert.Equal(ErrorCode.CorruptMessage, _fixture.Log.AppendAsFollower((byte[])[.. Numbered(5, 1, "b"), .. Numbered(4, 1, "c")]).ErrorCode);
        Assert.Equal(1, _fixture.Log.LogEndOffset);

        _fixture.Log.AppendAsFollower((byte[])[.. Numbered(1, 1, "b"), .. Numbered(2, 9, "c")], leaderEpoch: 1);
        Assert.Equal(2, _fixture.Log.LogEndOffset);
    }

    [Fact]
    public void A_quorum_leader_numbers_its_batches_itself()
    {
        Assert.Equal(ErrorCode.None, _fixture.Append([.. Numbered(0, 2, "a"), .. Numbered(1, 2, "b")], 2, AppendOrigin.RaftLeader).ErrorCode);

        Assert.Equal(ErrorCode.InvalidRecord, _fixture.Append(Numbered(5, 2, "c"), 2, AppendOrigin.RaftLeader).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRecord, _fixture.Append(Numbered(2, 1, "c"), 2, AppendOrigin.RaftLeader).ErrorCode);
        Assert.Equal([(0, "a"), (1, "b")], _fixture.ReadAll());
    }

    private static byte[] Numbered(long offset, int epoch, params string[] values)
    {
        byte[] batch = Batches.Of(1, values);
        RecordBatchPatch.SetBaseOffset(batch, offset);
        RecordBatchPatch.SetPartitionLeaderEpoch(batch, epoch);
        return batch;
    }

    private List<RecordBatch> Stored()
    {
        List<RecordBatch> batches = [];
        foreach (RecordBatch batch in _fixture.Log.ReadBatches(0))
        {
            batches.Add(new RecordBatch(batch.Memory.ToArray()));
        }

        return batches;
    }

    private void AssertRefused(ErrorCode code, byte[] batch)
    {
        AppendResult result = _fixture.Append(batch);

        Assert.Equal(code, result.ErrorCode);
        Assert.False(string.IsNullOrEmpty(result.ErrorMessage));
        Assert.Equal((-1, -1), (result.FirstOffset, result.LastOffset));
        Assert.Equal((0, 0), (_fixture.Log.LogEndOffset, _fixture.Log.Size));
        Assert.Equal(0, _fixture.AppendValues("after").FirstOffset);
    }
}
