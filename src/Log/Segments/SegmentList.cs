namespace Compat.Log.Segments;

/// <summary>The segments of a log by base offset, never empty. Immutable: the log replaces the list, readers keep the one they took.</summary>
internal sealed class SegmentList(Segment[] segments)
{
    /// <summary>The number of segments, at least 1.</summary>
    public int Count => segments.Length;

    /// <summary>The segment that is appended to.</summary>
    public Segment Active => segments[^1];

    /// <summary>The segment with the least offsets.</summary>
    public Segment First => segments[0];

    /// <summary>The bytes of all segments.</summary>
    public long Size
    {
        get
        {
            long size = 0;
            foreach (Segment segment in segments)
            {
                size += segment.Size;
            }

            return size;
        }
    }

    public Segment this[int index] => segments[index];

    /// <summary>The segment that holds an offset if any does: the last one that begins at or before it; -1 when all begin after it.</summary>
    public int FloorIndex(long offset)
    {
        // A reader at the tail, and thus nearly every reader, wants the last one.
        if (segments[^1].BaseOffset <= offset)
        {
            return segments.Length - 1;
        }

        int low = 0;
        int high = segments.Length - 2;
        while (low <= high)
        {
            int middle = low + ((high - low) / 2);
            if (segments[middle].BaseOffset <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }

    public SegmentList Add(Segment segment) => new([.. segments, segment]);

    public SegmentList Without(IReadOnlyCollection<Segment> removed) => new([.. segments.Where(segment => !removed.Contains(segment))]);

    /// <summary>The list with segments that lie side by side replaced; null when one of them is not in it any more.</summary>
    public SegmentList? Replace(IReadOnlyList<Segment> removed, IReadOnlyList<Segment> added)
    {
        int from = Array.IndexOf(segments, removed[0]);
        return from >= 0 && from + removed.Count <= segments.Length && removed.SequenceEqual(segments.Skip(from).Take(removed.Count))
            ? new([.. segments[..from], .. added, .. segments[(from + removed.Count)..]])
            : null;
    }

    public ReadOnlySpan<Segment> AsSpan() => segments;
}
