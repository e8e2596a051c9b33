using System.Buffers;
using System.Buffers.Binary;
using Snappier;

namespace Compat.Wire.Records.Codecs;

/// <summary>Snappy as blocks in the Java framing, which Java's clients write, or as one raw block, which librdkafka writes.</summary>
internal sealed class SnappyReader : CodecReader
{
    // No element of snappy makes more than 64 bytes out of three, so a larger claim is a lie and nothing is rented for it.
    private const int MaxExpansion = 22;

    private readonly bool _isFramed;
    private ReadOnlyMemory<byte> _rest;
    private byte[] _block = [];

    internal SnappyReader(ReadOnlyMemory<byte> source, int limit)
        : base(limit)
    {
        _rest = source;
        _isFramed = source.Span.StartsWith(SnappyFraming.Magic);
    }

    public override void Dispose() => Rent(0);

    protected override ReadOnlySpan<byte> ReadNext()
    {
        // A block may hold nothing, which must not look like the end.
        ReadOnlySpan<byte> block = default;
        while (block.IsEmpty && !SkipHeaders().IsEmpty)
        {
            block = Decompress(Take(_isFramed ? BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int))) : _rest.Length));
        }

        return block;
    }

    private ReadOnlySpan<byte> Decompress(ReadOnlySpan<byte> compressed)
    {
        int size = Snappy.GetUncompressedLength(compressed);
        if (size > (long)MaxExpansion * compressed.Length)
        {
            throw new WireFormatException($"A snappy block of {compressed.Length} bytes claims to hold {size}.");
        }

        if (size > Left)
        {
            throw OverLimit();
        }

        Rent(size);
        int written = Snappy.Decompress(compressed, _block.AsSpan(0, size));
        return written == size
            ? _block.AsSpan(0, size)
            : throw new WireFormatException($"A snappy block holds {written} bytes, not the {size} it claims.");
    }

    // Streams of the Java library may be concatenated, each with its header.
    private ReadOnlyMemory<byte> SkipHeaders()
    {
        while (_isFramed && _rest.Span.StartsWith(SnappyFraming.Magic))
        {
            ReadOnlySpan<byte> header = Take(SnappyFraming.HeaderSize);
            int version = BinaryPrimitives.ReadInt32BigEndian(header[SnappyFraming.Magic.Length..]);
            if (version < SnappyFraming.Version)
            {
                throw new WireFormatException($"A snappy stream has version {version}.");
            }
        }

        return _rest;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            throw new WireFormatException($"A snappy stream claims {count} bytes where {_rest.Length} are left.");
        }

        ReadOnlySpan<byte> taken = _rest.Span[..count];
        _rest = _rest[count..];
        return taken;
    }

    private void Rent(int size)
    {
        if (_block.Length < size || size == 0)
        {
            if (_block.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_block);
            }

            _block = size == 0 ? [] : ArrayPool<byte>.Shared.Rent(size);
        }
    }
}
