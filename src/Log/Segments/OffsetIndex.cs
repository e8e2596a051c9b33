using System.Buffers.Binary;

namespace Compat.Log.Segments;

/// <summary>
/// Where in a segment a batch begins, about one entry every <c>index.interval.bytes</c>. An entry is 8 bytes: the last
/// offset of the batch less the segment's base offset, and the batch's position in the file, both int32 big-endian.
/// </summary>
internal sealed class OffsetIndex(SegmentFiles files)
    : SegmentIndex(files, LogFileNames.OffsetIndexSuffix, EntrySize)
{
    public const int EntrySize = 8;

    /// <summary>Adds a batch; offsets only grow.</summary>
    public void Append(long lastOffset, int position)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt32BigEndian(entry, checked((int)(lastOffset - BaseOffset)));
        BinaryPrimitives.WriteInt32BigEndian(entry[4..], position);
        Add(entry);
    }

    /// <summary>The last entry whose offset is at most the one given; the segment's beginning when there is none.</summary>
    public IndexEntry Lookup(long offset)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        long relative = offset - BaseOffset;
        int found = FindLast(relative, static (bytes, target) => BinaryPrimitives.ReadInt32BigEndian(bytes) <= target, entry);
        return found < 0 ? new IndexEntry(BaseOffset, 0, IsEntry: false) : Parse(entry);
    }

    /// <summary>The first entry whose position is at least the one given, or null when there is none.</summary>
    public IndexEntry? FirstAtOrAfterPosition(long position)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        int before = FindLast(position, static (bytes, target) => BinaryPrimitives.ReadInt32BigEndian(bytes[4..]) < target, entry);
        return TryRead(before + 1, entry) ? Parse(entry) : null;
    }

    /// <summary>The last entry, or null when there is none.</summary>
    public IndexEntry? Last()
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        return TryRead(-1, entry) ? Parse(entry) : null;
    }

    /// <summary>Removes the entries at and after an offset. The entries must be in memory.</summary>
    public void TruncateTo(long offset)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        long relative = offset - BaseOffset;
        KeepFirst(FindLast(relative, static (bytes, target) => BinaryPrimitives.ReadInt32BigEndian(bytes) < target, entry) + 1);
    }

    private IndexEntry Parse(ReadOnlySpan<byte> entry) => new(
        BaseOffset + BinaryPrimitives.ReadInt32BigEndian(entry),
        BinaryPrimitives.ReadInt32BigEndian(entry[4..]),
        IsEntry: true);
}

/// <summary>What an offset index knows of a batch.</summary>
/// <param name="Offset">The batch's last offset.</param>
/// <param name="Position">Where the batch begins in the segment's file.</param>
/// <param name="IsEntry">False for the beginning of the segment, which has no entry.</param>
internal readonly record struct IndexEntry(long Offset, int Position, bool IsEntry);
