using System.Buffers;
using ZstdSharp;

namespace Compat.Wire.Records.Codecs;

/// <summary>
/// Zstandard frames, one or several. The library refuses windows of more than 128 MiB, and touches of a window only what
/// has come out.
/// </summary>
internal sealed class ZstdReader(ReadOnlyMemory<byte> source, int limit) : CodecReader(limit)
{
    private readonly Decompressor _decompressor = new();
    private readonly byte[] _chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
    private ReadOnlyMemory<byte> _rest = source;
    private bool _isFrameComplete;
    private bool _disposed;

    public override void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _decompressor.Dispose();
            ArrayPool<byte>.Shared.Return(_chunk);
        }
    }

    protected override ReadOnlySpan<byte> ReadNext()
    {
        while (!(_isFrameComplete && _rest.IsEmpty))
        {
            OperationStatus status = _decompressor.UnwrapStream(
                _rest.Span, _chunk.AsSpan(0, ChunkSize), out int consumed, out int written);
            _rest = _rest[consumed..];
            _isFrameComplete = status == OperationStatus.Done;
            if (written > 0)
            {
                return _chunk.AsSpan(0, written);
            }

            if (status == OperationStatus.InvalidData || (consumed == 0 && !_isFrameComplete))
            {
                throw new WireFormatException("A zstd frame is cut off or damaged.");
            }
        }

        return default;
    }
}
