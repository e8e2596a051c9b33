using System.Buffers.Binary;
using Compat.Wire.Records;

namespace Compat.Wire.Tests.Records;

public class ProducedRecordsTests
{
    [Fact]
    public void One_batch_of_magic_2_is_accepted_and_measured()
    {
        byte[] batch = Build();
        Assert.Equal((ErrorCode.None, batch.Length), Check(batch));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(13)]
    public void What_is_cut_off_behind_the_batch_is_left_out(int behind)
    {
        byte[] batch = Build();
        byte[] half = [.. batch, .. Build().AsSpan(0, behind)];
        Assert.Equal((ErrorCode.None, batch.Length), Check(half));
    }

    [Fact]
    public void Two_batches_are_one_too_many() =>
        Assert.Equal(ErrorCode.InvalidRecord, Check([.. Build(), .. Build()]).Code);

    [Fact]
    public void A_batch_that_is_not_whole_is_none()
    {
        byte[] batch = Build();
        for (int length = 0; length < batch.Length; length++)
        {
            Assert.Equal(ErrorCode.InvalidRecord, Check(batch[..length]).Code);
        }
    }

    [Theory]
    [InlineData(0, ErrorCode.InvalidRecord)]
    [InlineData(1, ErrorCode.InvalidRecord)]
    [InlineData(3, ErrorCode.CorruptMessage)]
    [InlineData(255, ErrorCode.CorruptMessage)]
    public void Old_magics_are_invalid_and_unknown_ones_corrupt(byte magic, ErrorCode expected)
    {
        byte[] batch = Build();
        batch[16] = magic;
        Assert.Equal(expected, Check(batch).Code);
    }

    [Theory]
    [InlineData(13, ErrorCode.CorruptMessage)]
    [InlineData(0, ErrorCode.CorruptMessage)]
    [InlineData(-1, ErrorCode.CorruptMessage)]
    [InlineData(14, ErrorCode.CorruptMessage)]
    [InlineData(48, ErrorCode.CorruptMessage)]
    [InlineData(int.MaxValue, ErrorCode.InvalidRecord)]
    public void Impossible_lengths_are_corrupt_and_too_long_ones_no_batch(int length, ErrorCode expected)
    {
        byte[] batch = Build();
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), length);
        Assert.Equal(expected, Check(batch).Code);
    }

    [Fact]
    public void Zstd_needs_version_7()
    {
        byte[] batch = Build(CompressionType.Zstd);
        Assert.Equal(ErrorCode.UnsupportedCompressionType, Check(batch, version: 6).Code);
        Assert.Equal(ErrorCode.None, Check(batch, version: 7).Code);
        Assert.Equal(ErrorCode.None, Check(Build(CompressionType.Lz4), version: 3).Code);
    }

    private static (ErrorCode Code, int Size) Check(byte[] records, short version = 9)
    {
        ErrorCode code = ProducedRecords.Check(records, version, out int size, out string? message);
        Assert.Equal(code == ErrorCode.None, message is null);
        return (code, size);
    }

    private static byte[] Build(CompressionType type = CompressionType.None)
    {
        using var builder = new RecordBatchBuilder { Compression = Compression.Of(type) };
        builder.Append(1, [1], [2]);
        return builder.Build();
    }
}
