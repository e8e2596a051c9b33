using System.Buffers;
using System.IO.Compression;

namespace Compat.Wire.Records.Codecs;

/// <summary>gzip (RFC 1952), one member.</summary>
internal sealed class GzipWriter(IBufferWriter<byte> output, int level) : CodecWriter
{
    private readonly GZipStream _stream = new(
        new BufferWriteStream(output), new ZLibCompressionOptions { CompressionLevel = level });

    public override void Dispose() => _stream.Dispose();

    internal override void Write(ReadOnlySpan<byte> piece) => _stream.Write(piece);

    internal override void Finish() => _stream.Dispose();
}
