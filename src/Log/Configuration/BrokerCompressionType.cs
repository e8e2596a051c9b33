namespace Compat.Log.Configuration;

/// <summary>The codec a topic stores its batches with (<c>compression.type</c>).</summary>
public enum BrokerCompressionType
{
    /// <summary>Whatever the producer chose.</summary>
    Producer,

    /// <summary>None.</summary>
    Uncompressed,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>snappy.</summary>
    Snappy,

    /// <summary>LZ4 frames.</summary>
    Lz4,

    /// <summary>Zstandard.</summary>
    Zstd,
}
