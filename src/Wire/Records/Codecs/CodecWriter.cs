using System.Buffers;

namespace Compat.Wire.Records.Codecs;

/// <summary>Compresses the records of a batch, given in pieces of any size.</summary>
internal abstract class CodecWriter : IDisposable
{
    /// <summary>Opens the writer of a codec.</summary>
    /// <param name="compression">Codec and level.</param>
    /// <param name="output">Where the compressed bytes go.</param>
    internal static CodecWriter Open(Compression compression, IBufferWriter<byte> output) => compression.Type switch
    {
        CompressionType.None => new StoredWriter(output),
        CompressionType.Gzip => new GzipWriter(output, compression.Level),
        CompressionType.Snappy => new SnappyWriter(output),
        CompressionType.Lz4 => new Lz4FrameWriter(output, compression.Level),
        CompressionType.Zstd => new ZstdWriter(output, compression.Level),
        _ => throw new ArgumentOutOfRangeException(nameof(compression), compression.Type, "There is no such codec."),
    };

    /// <summary>Takes the next piece.</summary>
    internal abstract void Write(ReadOnlySpan<byte> piece);

    /// <summary>Writes what is held back and what ends the stream.</summary>
    internal abstract void Finish();

    /// <inheritdoc/>
    public abstract void Dispose();
}
