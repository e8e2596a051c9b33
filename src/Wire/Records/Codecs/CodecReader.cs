namespace Compat.Wire.Records.Codecs;

/// <summary>
/// Decompresses the records of a batch piece by piece. However small the input and however much it claims to inflate to,
/// no more than one piece is in memory and no more than the limit comes out.
/// </summary>
internal abstract class CodecReader(int limit) : IDisposable
{
    /// <summary>The size of the pieces of the codecs that have no blocks of their own, bytes.</summary>
    protected const int ChunkSize = 32 * 1024;

    /// <summary>Whether reading failed because more than the limit would have come out.</summary>
    internal bool IsOverLimit { get; private set; }

    /// <summary>The bytes that may still come out.</summary>
    protected int Left { get; private set; } = limit;

    /// <summary>Opens the reader of a codec.</summary>
    /// <param name="type">The codec.</param>
    /// <param name="source">The compressed bytes, all of them.</param>
    /// <param name="limit">How many bytes may come out at most.</param>
    /// <exception cref="WireFormatException">There is no such codec.</exception>
    internal static CodecReader Open(CompressionType type, ReadOnlyMemory<byte> source, int limit) => type switch
    {
        CompressionType.None => new StoredReader(source, limit),
        CompressionType.Gzip => new GzipReader(source, limit),
        CompressionType.Snappy => new SnappyReader(source, limit),
        CompressionType.Lz4 => new Lz4FrameReader(source, limit),
        CompressionType.Zstd => new ZstdReader(source, limit),
        _ => throw new WireFormatException($"There is no compression type {(int)type}."),
    };

    /// <summary>The next piece, valid until the next call; empty at the end, and only there.</summary>
    /// <exception cref="WireFormatException">The input is not what the codec writes, or inflates beyond the limit.</exception>
    internal ReadOnlySpan<byte> ReadChunk()
    {
        ReadOnlySpan<byte> chunk = ReadNextGuarded();
        if (chunk.Length > Left)
        {
            throw OverLimit();
        }

        Left -= chunk.Length;
        return chunk;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The next piece, or nothing at the end.</summary>
    protected abstract ReadOnlySpan<byte> ReadNext();

    /// <summary>Remembers that the limit is the reason, and gives the exception to throw.</summary>
    protected WireFormatException OverLimit()
    {
        IsOverLimit = true;
        return new WireFormatException("A compressed batch inflates to more than is allowed.");
    }

    private ReadOnlySpan<byte> ReadNextGuarded()
    {
        try
        {
            return ReadNext();
        }
        catch (Exception exception) when (exception is not (WireFormatException or OutOfMemoryException))
        {
            // Each library has its own ways to say that the bytes are not its own; here they all mean the same.
            throw new WireFormatException("The records of a batch cannot be decompressed.", exception);
        }
    }
}
