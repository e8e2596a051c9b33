using System.Buffers;

namespace Compat.Wire.Records.Codecs;

/// <summary>Cuts the pieces into blocks of one size for the codecs that compress block by block.</summary>
internal abstract class BlockWriter(int blockSize) : CodecWriter
{
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(blockSize);
    private int _filled;
    private bool _disposed;

    public override void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            ArrayPool<byte>.Shared.Return(_block);
        }
    }

    internal override void Write(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            int count = Math.Min(piece.Length, blockSize - _filled);
            piece[..count].CopyTo(_block.AsSpan(_filled));
            piece = piece[count..];
            _filled += count;
            if (_filled == blockSize)
            {
                Flush();
            }
        }
    }

    internal override void Finish() => Flush();

    /// <summary>Compresses and writes one block.</summary>
    protected abstract void WriteBlock(ReadOnlySpan<byte> block);

    private void Flush()
    {
        if (_filled > 0)
        {
            WriteBlock(_block.AsSpan(0, _filled));
            _filled = 0;
        }
    }
}
