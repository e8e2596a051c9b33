using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;
using K4os.Hash.xxHash;

namespace Compat.Wire.Records.Codecs;

/// <summary>One lz4 frame. A stored block is handed on without a copy; the library decompresses the others.</summary>
internal sealed class Lz4FrameReader(ReadOnlyMemory<byte> source, int limit) : CodecReader(limit)
{
    // No byte of an lz4 block makes more than 255; a block is rented no larger than its input can fill.
    private const int MaxExpansion = 255;

    private ReadOnlyMemory<byte> _rest = source;
    private byte[] _block = [];
    private int _blockSize;
    private bool _hasBlockChecksums;
    private bool _isFinished;

    public override void Dispose()
    {
        if (_block.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_block);
            _block = [];
        }
    }

    protected override ReadOnlySpan<byte> ReadNext()
    {
        if (_blockSize == 0)
        {
            ReadDescriptor();
        }

        ReadOnlySpan<byte> block = default;
        while (!_isFinished && block.IsEmpty)
        {
            block = ReadBlock();
        }

        return block;
    }

    private void ReadDescriptor()
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint))) != Lz4Framing.Magic)
        {
            throw new WireFormatException("An lz4 frame does not start with its magic number.");
        }

        ReadOnlySpan<byte> descriptor = _rest.Span;
        int flags = Take(1)[0];
        int blockCode = Take(1)[0];
        if (flags >> 6 != Lz4Framing.Version || (flags & Lz4Framing.IndependentBlocks) == 0
            || (flags & Lz4Framing.Unsupported) != 0)
        {
            throw new WireFormatException($"An lz4 frame has flags 0x{flags:X2}: blocks must be independent, without a dictionary.");
        }

        if ((blockCode & 0x8F) != 0 || blockCode >> 4 < Lz4Framing.SmallestBlockCode)
        {
            throw new WireFormatException($"An lz4 frame has block size code 0x{blockCode:X2}.");
        }

        // The content size is only a claim; nothing depends on it.
        Take((flags & Lz4Framing.ContentSize) != 0 ? sizeof(ulong) : 0);
        descriptor = descriptor[..(descriptor.Length - _rest.Length)];
        if (Take(1)[0] != Lz4Framing.DescriptorChecksum(descriptor))
        {
            throw new WireFormatException("An lz4 frame has a descriptor with a wrong checksum.");
        }

        _hasBlockChecksums = (flags & Lz4Framing.BlockChecksums) != 0;
        _blockSize = Lz4Framing.BlockSize(blockCode >> 4);
    }

    private ReadOnlySpan<byte> ReadBlock()
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
        bool isStored = (length & Lz4Framing.StoredBlock) != 0;
        length &= ~Lz4Framing.StoredBlock;
        if (length == 0)
        {
            // A checksum of the content may follow; like Kafka's own reader, leave it: the batch has a checksum.
            _isFinished = true;
            return default;
        }

        if (length > _blockSize)
        {
            throw new WireFormatException($"An lz4 block of {length} bytes exceeds the frame's {_blockSize}.");
        }

        ReadOnlySpan<byte> block = Take((int)length);
        if (_hasBlockChecksums
            && BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint))) != XXH32.DigestOf(block))
        {
            throw new WireFormatException("An lz4 block has a wrong checksum.");
        }

        return isStored ? block : Decompress(block);
    }

    private ReadOnlySpan<byte> Decompress(ReadOnlySpan<byte> block)
    {
        int capacity = (int)Math.Min(_blockSize, (long)MaxExpansion * block.Length);
        if (_block.Length < capacity)
        {
            Dispose();
            _block = ArrayPool<byte>.Shared.Rent(capacity);
        }

        int count = LZ4Codec.Decode(block, _block.AsSpan(0, capacity));
        return count >= 0
            ? _block.AsSpan(0, count)
            : throw new WireFormatException("An lz4 block cannot be decompressed.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new WireFormatException("An lz4 frame is cut off.");
        }

        ReadOnlySpan<byte> taken = _rest.Span[..count];
        _rest = _rest[count..];
        return taken;
    }
}
