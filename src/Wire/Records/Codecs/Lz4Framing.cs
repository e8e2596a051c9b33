using K4os.Hash.xxHash;

namespace Compat.Wire.Records.Codecs;

/// <summary>
/// The lz4 frame format as far as Kafka uses it: independent blocks, no dictionary. The checksum of the descriptor covers
/// the descriptor alone, as the format says; the wrong one of magic 0 is not read.
/// </summary>
internal static class Lz4Framing
{
    internal const uint Magic = 0x184D2204;

    /// <summary>The bit of a block's length that says that the block is stored, not compressed.</summary>
    internal const uint StoredBlock = 0x80000000;

    // Descriptor flags: version in bits 6-7, then independent blocks, block checksums, content size, content checksum,
    // a reserved bit and the dictionary id.
    internal const int Version = 1;
    internal const int IndependentBlocks = 0x20;
    internal const int BlockChecksums = 0x10;
    internal const int ContentSize = 0x08;
    internal const int ContentChecksum = 0x04;
    internal const int Unsupported = 0x03;

    /// <summary>The code of 64 KiB blocks; each step up is four times as much, to 4 MiB at 7.</summary>
    internal const int SmallestBlockCode = 4;
    internal const int LargestBlockCode = 7;

    internal static int BlockSize(int code) => 1 << ((2 * code) + 8);

    internal static byte DescriptorChecksum(ReadOnlySpan<byte> descriptor) => (byte)(XXH32.DigestOf(descriptor) >> 8);
}
