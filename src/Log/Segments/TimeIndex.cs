using System.Buffers.Binary;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>
/// The greatest timestamp of a segment up to an offset. An entry is 12 bytes, big-endian: the timestamp as int64 and, as
/// int32, the last offset of the batch that has it, less the segment's base offset. Timestamps and offsets both grow.
/// </summary>
internal sealed class TimeIndex(SegmentFiles files)
    : SegmentIndex(files, LogFileNames.TimeIndexSuffix, EntrySize)
{
    public const int EntrySize = 12;

    /// <summary>The last entry; no timestamp and the base offset when there is none.</summary>
    public TimestampOffset Last
    {
        get
        {
            Span<byte> entry = stackalloc byte[EntrySize];
            return TryRead(-1, entry) ? Parse(entry) : new TimestampOffset(RecordBatch.NoTimestamp, BaseOffset);
        }
    }

    // The last place is kept for the entry that is written when the segment is rolled.
    public override bool IsFull(int maxIndexBytes) => Count >= (maxIndexBytes / EntrySize) - 1;

    /// <summary>Adds an entry unless its timestamp is no greater than the last one's.</summary>
    public void MaybeAppend(TimestampOffset maximum)
    {
        if (maximum.Timestamp <= Last.Timestamp)
        {
            return;
        }

        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt64BigEndian(entry, maximum.Timestamp);
        BinaryPrimitives.WriteInt32BigEndian(entry[8..], checked((int)(maximum.Offset - BaseOffset)));
        Add(entry);
    }

    /// <summary>The last entry with a timestamp of at most the one given; no timestamp and the base offset when there is none.</summary>
    public TimestampOffset Lookup(long timestamp)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        int found = FindLast(timestamp, static (bytes, target) => BinaryPrimitives.ReadInt64BigEndian(bytes) <= target, entry);
        return found < 0 ? new TimestampOffset(RecordBatch.NoTimestamp, BaseOffset) : Parse(entry);
    }

    /// <summary>Removes the entries at and after an offset. The entries must be in memory.</summary>
    public void TruncateTo(long offset)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        long relative = offset - BaseOffset;
        KeepFirst(FindLast(relative, static (bytes, target) => BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) < target, entry) + 1);
    }

    private TimestampOffset Parse(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadInt64BigEndian(entry),
        BaseOffset + BinaryPrimitives.ReadInt32BigEndian(entry[8..]));
}

/// <summary>A timestamp and the offset it was seen at.</summary>
/// <param name="Timestamp">ms since 1970, -1 for none.</param>
/// <param name="Offset">The offset of a record, or the last offset of a batch.</param>
public readonly record struct TimestampOffset(long Timestamp, long Offset);
