using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Compat.Wire.Records.Codecs;

/// <summary>
/// gzip (RFC 1952), one member. The library takes an input that is cut off for its end and ignores bytes behind it, but
/// other clients' do not read such a batch; hence the size in the last four bytes is held against what came out.
/// </summary>
internal sealed class GzipReader : CodecReader
{
    // Ten bytes of header, two of the emptiest content, checksum and size.
    private const int MinSize = 20;

    private readonly ReadOnlyMemory<byte> _source;
    private readonly GZipStream _stream;
    private readonly byte[] _chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
    private uint _produced;
    private bool _disposed;

    internal GzipReader(ReadOnlyMemory<byte> source, int limit)
        : base(limit)
    {
        _source = source;
        _stream = new GZipStream(new MemoryReadStream(source), CompressionMode.Decompress);
    }

    public override void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _stream.Dispose();
            ArrayPool<byte>.Shared.Return(_chunk);
        }
    }

    protected override ReadOnlySpan<byte> ReadNext()
    {
        int count = _stream.Read(_chunk.AsSpan(0, ChunkSize));
        _produced += (uint)count;
        return count > 0 || IsComplete()
            ? _chunk.AsSpan(0, count)
            : throw new WireFormatException("A gzip stream is cut off or has something behind it.");
    }

    // No bytes at all are what the library makes of no bytes.
    private bool IsComplete() => _source.IsEmpty || (_source.Length >= MinSize
        && BinaryPrimitives.ReadUInt32LittleEndian(_source.Span[^sizeof(uint)..]) == _produced);
}
