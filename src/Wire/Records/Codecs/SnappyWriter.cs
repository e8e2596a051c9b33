using System.Buffers;
using System.Buffers.Binary;
using Snappier;

namespace Compat.Wire.Records.Codecs;

/// <summary>Snappy in the framing of Java's library, which every client reads.</summary>
internal sealed class SnappyWriter : BlockWriter
{
    private readonly IBufferWriter<byte> _output;

    internal SnappyWriter(IBufferWriter<byte> output)
        : base(SnappyFraming.BlockSize)
    {
        _output = output;
        Span<byte> header = output.GetSpan(SnappyFraming.HeaderSize);
        SnappyFraming.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], SnappyFraming.Version);
        BinaryPrimitives.WriteInt32BigEndian(header[12..], SnappyFraming.Version);
        output.Advance(SnappyFraming.HeaderSize);
    }

    protected override void WriteBlock(ReadOnlySpan<byte> block)
    {
        Span<byte> space = _output.GetSpan(sizeof(int) + Snappy.GetMaxCompressedLength(block.Length));
        int size = Snappy.Compress(block, space[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(space, size);
        _output.Advance(sizeof(int) + size);
    }
}
