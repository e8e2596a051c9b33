using System.Text;
using Compat.Log.Configuration;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Tests;

/// <summary>What a log refuses and rewrites; the checks themselves are tested where they are, with the batches.</summary>
public class AppendValidationTests
{
    [Fact]
    public void A_batch_that_inflates_beyond_the_broker_s_limit_is_too_large_and_leaves_the_log_as_it_was()
    {
        LogFixture fixture = new(maxDecompressedBytes: 100_000);
        byte[] bomb = Compressed(CompressionType.Zstd, fixture.NowMs, new string('x', 200_000));

        AppendResult result = fixture.Append(bomb);

        Assert.Equal(ErrorCode.MessageTooLarge, result.ErrorCode);
        Assert.Equal(0, fixture.Log.LogEndOffset);
        Assert.Equal(ErrorCode.None, fixture.Append(Compressed(CompressionType.Zstd, fixture.NowMs, new string('x', 90_000))).ErrorCode);
    }

    [Theory]
    [InlineData(BrokerCompressionType.Uncompressed, CompressionType.None)]
    [InlineData(BrokerCompressionType.Gzip, CompressionType.Gzip)]
    [InlineData(BrokerCompressionType.Snappy, CompressionType.Snappy)]
    [InlineData(BrokerCompressionType.Lz4, CompressionType.Lz4)]
    [InlineData(BrokerCompressionType.Zstd, CompressionType.Zstd)]
    [InlineData(BrokerCompressionType.Producer, CompressionType.Gzip)]
    public void Batches_are_stored_with_the_codec_of_the_topic(BrokerCompressionType setting, CompressionType stored)
    {
        LogFixture fixture = new(config: LogConfig.Default with { CompressionType = setting });

        AppendResult result = fixture.Append(Compressed(CompressionType.Gzip, fixture.NowMs, "a", "b"));

        Assert.Equal((ErrorCode.None, 0, 1), (result.ErrorCode, result.FirstOffset, result.LastOffset));
        Assert.Equal(stored, Assert.Single(fixture.Log.ReadBatches(0)).CompressionType);
        Assert.Equal([(0, "a"), (1, "b")], fixture.ReadAll());
    }

    [Fact]
    public void Times_out_of_range_name_their_records()
    {
        LogFixture fixture = new(config: LogConfig.Default with { MessageTimestampAfterMaxMs = 1000 });
        using RecordBatchBuilder builder = new();
        builder.Append(fixture.NowMs + 1000, null, "timely"u8.ToArray());
        builder.Append(fixture.NowMs + 1001, null, "ahead"u8.ToArray());

        AppendResult result = fixture.Append(builder.Build());

        Assert.Equal(ErrorCode.InvalidTimestamp, result.ErrorCode);
        Assert.Equal(1, Assert.Single(result.RecordErrors!).BatchIndex);
    }

    [Fact]
    public void The_earliest_time_of_all_is_out_of_range_and_does_not_overflow()
    {
        LogFixture fixture = new(config: LogConfig.Default with { MessageTimestampBeforeMaxMs = 1000 });

        AppendResult result = fixture.Append(Batches.Of(long.MinValue, "long ago"));

        Assert.Equal(ErrorCode.InvalidTimestamp, result.ErrorCode);
    }

    [Fact]
    public void A_topic_that_dates_its_records_itself_says_when()
    {
        LogFixture fixture = new(config: LogConfig.Default with { MessageTimestampType = MessageTimestampType.LogAppendTime });

        AppendResult result = fixture.Append(Batches.Of(1, "a"));

        Assert.Equal(fixture.NowMs, result.LogAppendTimeMs);
        RecordBatch batch = Assert.Single(fixture.Log.ReadBatches(0));
        Assert.Equal((TimestampType.LogAppendTime, fixture.NowMs, true), (batch.TimestampType, batch.MaxTimestamp, batch.IsCrcValid()));
    }

    [Fact]
    public void Producers_send_one_batch_at_a_time_and_coordinators_several()
    {
        LogFixture fixture = new();
        byte[] two = [.. Batches.Of(fixture.NowMs, "a"), .. Batches.Of(fixture.NowMs, "b")];

        Assert.Equal(ErrorCode.InvalidRecord, fixture.Append([.. two]).ErrorCode);
        Assert.Equal((ErrorCode.None, 1), (fixture.Append([.. two], origin: AppendOrigin.Coordinator).ErrorCode, fixture.Log.LogEndOffset - 1));
        Assert.Equal([(0, "a"), (1, "b")], fixture.ReadAll());
    }

    [Fact]
    public void Coordinators_keep_their_codec_and_may_write_control_records_where_clients_may_not()
    {
        LogFixture fixture = new(config: LogConfig.Default with { CompressionType = BrokerCompressionType.Zstd });
        byte[] marker = Batches.Marker(commit: true, producerId: 5, epoch: 0);

        Assert.Equal(ErrorCode.InvalidRecord, fixture.Append([.. marker]).ErrorCode);
        Assert.Equal(ErrorCode.None, fixture.Append([.. marker], origin: AppendOrigin.Coordinator).ErrorCode);
        Assert.Equal(CompressionType.None, Assert.Single(fixture.Log.ReadBatches(0)).CompressionType);
    }

    [Theory]
    [InlineData(AppendOrigin.Client)]
    [InlineData(AppendOrigin.Coordinator)]
    public void Records_without_a_key_do_not_enter_a_compacted_topic(AppendOrigin origin)
    {
        LogFixture fixture = new(config: LogConfig.Default with { CleanupCompact = true });

        AppendResult result = fixture.Append(Batches.Of(fixture.NowMs, "no key"), origin: origin);

        Assert.Equal(ErrorCode.InvalidRecord, result.ErrorCode);
        Assert.Equal(0, Assert.Single(result.RecordErrors!).BatchIndex);
    }

    [Theory]
    [InlineData(AppendOrigin.Client)]
    [InlineData(AppendOrigin.Coordinator)]
    [InlineData(AppendOrigin.RaftLeader)]
    public void Bytes_that_are_no_batch_are_corrupt_whoever_sends_them(AppendOrigin origin)
    {
        LogFixture fixture = new();
        byte[] cutOff = Batches.Of(fixture.NowMs, "a")[..^1];

        Assert.Equal(ErrorCode.CorruptMessage, fixture.Append(cutOff, origin: origin).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRecord, fixture.Append([], origin: origin).ErrorCode);
        Assert.Equal(ErrorCode.CorruptMessage, fixture.Append([.. Enumerable.Repeat((byte)0xFF, 100)], origin: origin).ErrorCode);
        Assert.Equal(0, fixture.Log.LogEndOffset);
    }

    [Fact]
    public void A_quorum_leader_appends_only_what_has_its_epoch()
    {
        LogFixture fixture = new();
        byte[] batch = Batches.Of(fixture.NowMs, "a");
        RecordBatchPatch.SetPartitionLeaderEpoch(batch, 3);

        Assert.Equal(ErrorCode.InvalidRecord, fixture.Append([.. batch], leaderEpoch: 4, AppendOrigin.RaftLeader).ErrorCode);
        Assert.Equal(ErrorCode.None, fixture.Append([.. batch], leaderEpoch: 3, AppendOrigin.RaftLeader).ErrorCode);
    }

    private static byte[] Compressed(CompressionType type, long timestamp, params string[] values)
    {
        using RecordBatchBuilder builder = new() { Compression = Compression.Of(type) };
        foreach (string value in values)
        {
            builder.Append(timestamp, null, Encoding.UTF8.GetBytes(value));
        }

        return builder.Build();
    }
}
