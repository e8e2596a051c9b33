namespace Compat.Wire.Records.Codecs;

/// <summary>
/// The framing of Java's snappy library: magic, version and lowest compatible version (both big-endian 1), then blocks,
/// each a big-endian length and as many bytes of raw snappy.
/// </summary>
internal static class SnappyFraming
{
    internal const int HeaderSize = 16;
    internal const int Version = 1;

    /// <summary>The bytes of a block before compression, as the Java library cuts them.</summary>
    internal const int BlockSize = 32 * 1024;

    internal static ReadOnlySpan<byte> Magic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];
}
