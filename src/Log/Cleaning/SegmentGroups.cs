namespace Compat.Log.Cleaning;

/// <summary>
/// Which segments are copied into one: as many side by side as fit a segment of the configured size, so that segments do not
/// get smaller and smaller with every cleaning.
/// </summary>
internal static class SegmentGroups
{
    /// <summary>The segments that hold something below an offset, as ranges of the log's list.</summary>
    public static IEnumerable<Range> Of(LogToClean dirty, long endOffset)
    {
        int from = 0;
        while (from < dirty.CleanableCount && dirty.Segments[from].BaseOffset < endOffset)
        {
            int to = from + 1;
            long size = dirty.Segments[from].Size;
            while (to < dirty.CleanableCount && dirty.Segments[to].BaseOffset < endOffset
                && size + dirty.Segments[to].Size <= dirty.Config.SegmentBytes
                && dirty.Segments[to + 1].BaseOffset - 1 - dirty.Segments[from].BaseOffset <= int.MaxValue)
            {
                size += dirty.Segments[to].Size;
                to++;
            }

            yield return from..to;
            from = to;
        }
    }
}
