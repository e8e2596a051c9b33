using System.Buffers;
using Compat.Wire.Records.Codecs;

namespace Compat.Wire.Records;

/// <summary>A codec and how hard it tries (KIP-390).</summary>
public readonly record struct Compression
{
    /// <summary>The level of gzip when none is set: the library's own choice.</summary>
    public const int DefaultGzipLevel = -1;

    /// <summary>The level of lz4 when none is set; it alone stands for the fast compressor.</summary>
    public const int DefaultLz4Level = 9;

    /// <summary>The level of zstd when none is set.</summary>
    public const int DefaultZstdLevel = 3;

    /// <summary>
    /// The bytes that a batch or another message may inflate to when nothing else is said: 128 MiB. There is no such limit
    /// in Kafka; it is far beyond what a batch within any sensible max.message.bytes holds.
    /// </summary>
    public const int DefaultMaxDecompressedBytes = 128 * 1024 * 1024;

    private Compression(CompressionType type, int level)
    {
        Type = type;
        Level = level;
    }

    /// <summary>No compression.</summary>
    public static Compression None => default;

    /// <summary>The codec.</summary>
    public CompressionType Type { get; }

    /// <summary>The level; 0 for codecs without levels.</summary>
    public int Level { get; }

    /// <summary>A codec at its default level.</summary>
    /// <param name="type">The codec.</param>
    public static Compression Of(CompressionType type) => type switch
    {
        CompressionType.Gzip => new(type, DefaultGzipLevel),
        CompressionType.Lz4 => new(type, DefaultLz4Level),
        CompressionType.Zstd => new(type, DefaultZstdLevel),
        _ => new(type, 0),
    };

    /// <summary>A codec at a level.</summary>
    /// <param name="type">The codec.</param>
    /// <param name="level">gzip: 1 to 9 or -1; lz4: 1 to 17; zstd: -131072 to 22; the others have none and ignore it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The codec has no such level.</exception>
    public static Compression Of(CompressionType type, int level)
    {
        bool valid = type switch
        {
            CompressionType.Gzip => level is DefaultGzipLevel or (>= 1 and <= 9),
            CompressionType.Lz4 => level is >= 1 and <= 17,
            CompressionType.Zstd => level is >= -131072 and <= 22,
            _ => true,
        };
        if (!valid)
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, $"{type} has no such level.");
        }

        return type is CompressionType.None or CompressionType.Snappy ? Of(type) : new(type, level);
    }

    /// <summary>Compresses.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="destination">Where the compressed bytes go.</param>
    public void Compress(ReadOnlySpan<byte> source, IBufferWriter<byte> destination)
    {
        using CodecWriter writer = CodecWriter.Open(this, destination);
        writer.Write(source);
        writer.Finish();
    }

    /// <summary>Decompresses, with no more than a piece in memory beside what goes to <paramref name="destination"/>.</summary>
    /// <param name="type">The codec.</param>
    /// <param name="source">All the compressed bytes.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="maxBytes">How many bytes may come out at most.</param>
    /// <exception cref="WireFormatException">
    /// The bytes are not the codec's, or inflate to more than <paramref name="maxBytes"/>; part of them may have been written.
    /// </exception>
    public static void Decompress(
        CompressionType type,
        ReadOnlyMemory<byte> source,
        IBufferWriter<byte> destination,
        int maxBytes = DefaultMaxDecompressedBytes)
    {
        using CodecReader reader = CodecReader.Open(type, source, maxBytes);
        for (ReadOnlySpan<byte> chunk = reader.ReadChunk(); !chunk.IsEmpty; chunk = reader.ReadChunk())
        {
            destination.Write(chunk);
        }
    }
}
