using System.Buffers;
using System.Buffers.Binary;
using Compat.Wire.Records;
using Compat.Wire.Records.Codecs;
using CsCheck;

namespace Compat.Wire.Tests.Records;

public class CodecTests
{
    public static readonly TheoryData<CompressionType> Codecs =
        new(CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd);

    private static readonly Gen<byte[]> Content =
        from length in Gen.OneOf(Gen.Int[0, 200], Gen.Int[0, 300_000])
        from seed in Gen.Int
        from noise in Gen.Int[1, 255]
        select Noise(length, seed, noise);

    [Theory]
    [MemberData(nameof(RecordBatchBuilderTests.Codecs), MemberType = typeof(RecordBatchBuilderTests))]
    public void What_is_compressed_comes_out_again(CompressionType type, int level) => Content.Sample(
        content => content.AsSpan().SequenceEqual(Decompress(type, Compress(Compression.Of(type, level), content))), iter: 25);

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Pieces_of_any_size_make_the_same_stream(CompressionType type)
    {
        byte[] content = Noise(200_000, 1, 16);
        var output = new ArrayBufferWriter<byte>();
        using (CodecWriter writer = CodecWriter.Open(Compression.Of(type), output))
        {
            var sizes = new Random(1);
            for (int at = 0; at < content.Length;)
            {
                int size = Math.Min(sizes.Next(0, 50_000), content.Length - at);
                writer.Write(content.AsSpan(at, size));
                at += size;
            }

            writer.Finish();
        }

        Assert.Equal(content, Decompress(type, output.WrittenMemory));
    }

    [Theory]
    [InlineData(CompressionType.Gzip, 0)]
    [InlineData(CompressionType.Gzip, 10)]
    [InlineData(CompressionType.Gzip, -2)]
    [InlineData(CompressionType.Lz4, 0)]
    [InlineData(CompressionType.Lz4, 18)]
    [InlineData(CompressionType.Zstd, 23)]
    [InlineData(CompressionType.Zstd, -131073)]
    public void A_level_that_the_codec_has_not_is_refused(CompressionType type, int level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Compression.Of(type, level));

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_stream_that_is_cut_off_anywhere_is_refused(CompressionType type)
    {
        byte[] content = Noise(3000, 7, 16);
        byte[] compressed = Compress(Compression.Of(type), content);
        for (int length = 1; length < compressed.Length; length++)
        {
            // Behind a whole block the Java framing just ends; there, what came out is shorter.
            byte[] cut = compressed[..length];
            if (type == CompressionType.Snappy && length == 16)
            {
                Assert.Empty(Decompress(type, cut));
            }
            else
            {
                Assert.Throws<WireFormatException>(() => Decompress(type, cut));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Damaged_streams_give_something_or_the_one_exception(CompressionType type) => Gen.Select(
        Gen.Int[1, 2000].Select(length => Noise(length, length, 8)),
        Gen.Select(Gen.Int, Gen.Byte).Array[1, 6],
        Gen.Int[0, 30]).Sample((content, damages, cut) =>
        {
            byte[] bytes = Compress(Compression.Of(type), content);
            foreach ((int position, byte value) in damages)
            {
                bytes[(position & int.MaxValue) % bytes.Length] = value;
            }

            bytes = bytes[..^Math.Min(cut, bytes.Length)];
            try
            {
                Assert.InRange(Decompress(type, bytes, 100_000).Length, 0, 100_000);
            }
            catch (WireFormatException)
            {
            }
        });

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Bytes_that_never_were_a_stream_give_the_one_exception_or_nothing_much(CompressionType type) =>
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            try
            {
                Decompress(type, bytes, 100_000);
            }
            catch (WireFormatException)
            {
            }
        });

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Exactly_the_limit_comes_out_and_not_one_byte_more(CompressionType type)
    {
        byte[] content = Noise(100_000, 1, 8);
        byte[] compressed = Compress(Compression.Of(type), content);
        Assert.Equal(content, Decompress(type, compressed, content.Length));
        Assert.Throws<WireFormatException>(() => Decompress(type, compressed, content.Length - 1));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_bomb_goes_off_in_flat_memory(CompressionType type)
    {
        byte[] bomb = Compress(Compression.Of(type), new byte[64 * 1024 * 1024]);
        Drain(type, bomb, 20_000_000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(Drain(type, bomb, 20_000_000));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
    }

    [Fact]
    public void A_raw_block_of_snappy_is_read_too()
    {
        byte[] content = Noise(100_000, 3, 16);
        byte[] raw = Snappier.Snappy.CompressToArray(content);
        Assert.Equal(content, Decompress(CompressionType.Snappy, raw));
        Assert.Throws<WireFormatException>(() => Decompress(CompressionType.Snappy, raw, content.Length - 1));
    }

    [Fact]
    public void A_raw_block_of_snappy_that_claims_gigabytes_costs_nothing()
    {
        // A length of 2 GiB - 1, then one literal byte.
        byte[] raw = [0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00, 0x41];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<WireFormatException>(() => Decompress(CompressionType.Snappy, raw, int.MaxValue));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Snappy_is_written_in_the_framing_of_Java()
    {
        byte[] stream = Compress(Compression.Of(CompressionType.Snappy), new byte[40_000]);
        Assert.Equal("82534E4150505900" + "00000001" + "00000001", Convert.ToHexString(stream.AsSpan(0, 16)));
        int first = BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(16));
        Assert.Equal(32 * 1024, Snappier.Snappy.GetUncompressedLength(stream.AsSpan(20, first)));
    }

    [Fact]
    public void Concatenated_Java_streams_of_snappy_are_one()
    {
        byte[] one = Compress(Compression.Of(CompressionType.Snappy), [1, 2, 3]);
        byte[] two = Compress(Compression.Of(CompressionType.Snappy), [4]);
        Assert.Equal([1, 2, 3, 4], Decompress(CompressionType.Snappy, (byte[])[.. one, .. two]));
    }

    [Fact]
    public void Lz4_is_written_as_Kafka_writes_it()
    {
        byte[] stream = Compress(Compression.Of(CompressionType.Lz4), new byte[100]);

        // Magic, version 1 with independent blocks, 64 KiB, and the known checksum of such a descriptor.
        Assert.Equal("04224D18" + "60" + "40" + "82", Convert.ToHexString(stream.AsSpan(0, 7)));
        Assert.Equal("00000000", Convert.ToHexString(stream.AsSpan(stream.Length - 4)));
    }

    [Theory]
    [InlineData(4, 0x60, "a version that is not 1", 0x20)]
    [InlineData(4, 0x60, "blocks that depend on each other", 0x40)]
    [InlineData(4, 0x60, "a reserved bit", 0x62)]
    [InlineData(4, 0x60, "a dictionary", 0x61)]
    [InlineData(5, 0x40, "too small a block size", 0x30)]
    [InlineData(5, 0x40, "reserved bits beside the block size", 0x41)]
    [InlineData(6, 0x82, "a wrong checksum of the descriptor", 0x83)]
    public void An_lz4_frame_may_not_have(int position, byte usual, string what, byte unusual)
    {
        Assert.NotEmpty(what);
        byte[] stream = Compress(Compression.Of(CompressionType.Lz4), new byte[100]);
        Assert.Equal(usual, stream[position]);
        stream[position] = unusual;
        if (position < 6)
        {
            stream[6] = Lz4Framing.DescriptorChecksum(stream.AsSpan(4, 2));
        }

        Assert.Throws<WireFormatException>(() => Decompress(CompressionType.Lz4, stream));
    }

    [Fact]
    public void Lz4_with_block_checksums_and_content_size_is_read_and_its_checksums_are_held()
    {
        byte[] block = Noise(50, 1, 255);
        byte[] descriptor = [0x78, 0x40, 50, 0, 0, 0, 0, 0, 0, 0];
        byte[] length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)block.Length | Lz4Framing.StoredBlock);
        byte[] checksum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, K4os.Hash.xxHash.XXH32.DigestOf(block));
        byte[] stream =
            [4, 0x22, 0x4D, 0x18, .. descriptor, Lz4Framing.DescriptorChecksum(descriptor), .. length, .. block, .. checksum, 0, 0, 0, 0];
        Assert.Equal(block, Decompress(CompressionType.Lz4, stream));

        stream[^5] ^= 1;
        Assert.Throws<WireFormatException>(() => Decompress(CompressionType.Lz4, stream));
    }

    [Fact]
    public void A_zstd_frame_with_too_large_a_window_is_refused()
    {
        // Magic, no flags, a window of 256 MiB, one empty last block.
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 0x00, (28 - 10) << 3, 0x01, 0x00, 0x00];
        Assert.Throws<WireFormatException>(() => Decompress(CompressionType.Zstd, frame));
        frame[5] = (27 - 10) << 3;
        Assert.Empty(Decompress(CompressionType.Zstd, frame));
    }

    [Fact]
    public void Something_behind_a_gzip_stream_is_refused()
    {
        byte[] stream = Compress(Compression.Of(CompressionType.Gzip), [1, 2, 3]);
        Assert.Throws<WireFormatException>(() => Decompress(CompressionType.Gzip, (byte[])[.. stream, 1, 2, 3, 4]));
    }

    private static bool Drain(CompressionType type, byte[] compressed, int limit)
    {
        using CodecReader reader = CodecReader.Open(type, compressed, limit);
        try
        {
            while (!reader.ReadChunk().IsEmpty)
            {
            }
        }
        catch (WireFormatException)
        {
        }

        return reader.IsOverLimit;
    }

    private static byte[] Compress(Compression compression, byte[] content)
    {
        var output = new ArrayBufferWriter<byte>();
        compression.Compress(content, output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Decompress(CompressionType type, ReadOnlyMemory<byte> compressed, int limit = 1 << 20)
    {
        var output = new ArrayBufferWriter<byte>();
        Compression.Decompress(type, compressed, output, limit);
        return output.WrittenSpan.ToArray();
    }

    // The fewer different bytes, the more there is to compress.
    private static byte[] Noise(int length, int seed, int kinds)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)random.Next(kinds);
        }

        return bytes;
    }
}
