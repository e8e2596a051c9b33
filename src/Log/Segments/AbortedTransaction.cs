using System.Buffers.Binary;

namespace Compat.Log.Segments;

/// <summary>A transaction that was aborted, as the transaction index keeps it (version 0, 34 bytes, big-endian).</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="FirstOffset">The first offset of the transaction in this partition.</param>
/// <param name="LastOffset">The offset of the marker that aborted it.</param>
/// <param name="LastStableOffset">The last stable offset once the marker was written.</param>
public readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset, long LastStableOffset)
{
    /// <summary>The size of an entry in the index, bytes: a version and four int64.</summary>
    public const int EntrySize = 34;

    private const short Version = 0;

    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt16BigEndian(destination, Version);
        BinaryPrimitives.WriteInt64BigEndian(destination[2..], ProducerId);
        BinaryPrimitives.WriteInt64BigEndian(destination[10..], FirstOffset);
        BinaryPrimitives.WriteInt64BigEndian(destination[18..], LastOffset);
        BinaryPrimitives.WriteInt64BigEndian(destination[26..], LastStableOffset);
    }

    internal static bool TryRead(ReadOnlySpan<byte> source, out AbortedTransaction transaction)
    {
        transaction = new AbortedTransaction(
            BinaryPrimitives.ReadInt64BigEndian(source[2..]),
            BinaryPrimitives.ReadInt64BigEndian(source[10..]),
            BinaryPrimitives.ReadInt64BigEndian(source[18..]),
            BinaryPrimitives.ReadInt64BigEndian(source[26..]));
        return BinaryPrimitives.ReadInt16BigEndian(source) == Version;
    }
}
