namespace Compat.Wire.Records;

/// <summary>How the records of a batch are compressed: bits 0 to 2 of the batch's attributes.</summary>
public enum CompressionType
{
    /// <summary>Not compressed.</summary>
    None = 0,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip = 1,

    /// <summary>snappy, in the Java framing or as one raw block.</summary>
    Snappy = 2,

    /// <summary>The lz4 frame format.</summary>
    Lz4 = 3,

    /// <summary>Zstandard (KIP-110).</summary>
    Zstd = 4,
}
