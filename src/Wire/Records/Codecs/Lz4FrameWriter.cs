using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;

namespace Compat.Wire.Records.Codecs;

/// <summary>One lz4 frame of independent 64 KiB blocks without checksums, as Kafka's own writer makes it.</summary>
internal sealed class Lz4FrameWriter : BlockWriter
{
    private const int BlockSize = 64 * 1024;
    private const int HeaderSize = 7;

    private readonly IBufferWriter<byte> _output;
    private readonly LZ4Level _level;

    internal Lz4FrameWriter(IBufferWriter<byte> output, int level)
        : base(BlockSize)
    {
        _output = output;

        // The default level stands for the fast compressor, as in Kafka; all others for the one that tries harder.
        _level = level == Compression.DefaultLz4Level
            ? LZ4Level.L00_FAST
            : (LZ4Level)Math.Clamp(level, (int)LZ4Level.L03_HC, (int)LZ4Level.L12_MAX);

        Span<byte> header = output.GetSpan(HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Lz4Framing.Magic);
        header[4] = (Lz4Framing.Version << 6) | Lz4Framing.IndependentBlocks;
        header[5] = Lz4Framing.SmallestBlockCode << 4;
        header[6] = Lz4Framing.DescriptorChecksum(header[4..6]);
        output.Advance(HeaderSize);
    }

    internal override void Finish()
    {
        base.Finish();
        BinaryPrimitives.WriteUInt32LittleEndian(_output.GetSpan(sizeof(uint)), 0);
        _output.Advance(sizeof(uint));
    }

    protected override void WriteBlock(ReadOnlySpan<byte> block)
    {
        Span<byte> space = _output.GetSpan(sizeof(uint) + Math.Max(block.Length, LZ4Codec.MaximumOutputSize(block.Length)));
        Span<byte> body = space[sizeof(uint)..];
        int size = LZ4Codec.Encode(block, body, _level);
        uint length = (uint)size;
        if (size <= 0 || size >= block.Length)
        {
            block.CopyTo(body);
            size = block.Length;
            length = (uint)size | Lz4Framing.StoredBlock;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(space, length);
        _output.Advance(sizeof(uint) + size);
    }
}
