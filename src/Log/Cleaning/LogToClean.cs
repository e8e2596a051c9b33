using Compat.Log.Configuration;
using Compat.Log.Segments;

namespace Compat.Log.Cleaning;

/// <summary>
/// A compacted log as a look at it found it: a clean part at its beginning, whose keys have been seen, a dirty part that can be
/// cleaned, and a rest that cannot yet: what is not decided, the active segment, and what is too young.
/// </summary>
internal sealed class LogToClean
{
    private LogToClean(PartitionLog log, SegmentList segments, LogConfig config, long nowMs)
    {
        Log = log;
        Segments = segments;
        Config = config;
        FirstDirtyOffset = FirstDirtyOf(log);
        CleanableCount = CountCleanable(log, segments, config, FirstDirtyOffset, nowMs);
        long dirtySinceMs = long.MaxValue;
        for (int index = 0; index < CleanableCount; index++)
        {
            bool isDirty = segments[index + 1].BaseOffset > FirstDirtyOffset;
            CleanBytes += isDirty ? 0 : segments[index].Size;
            CleanableBytes += isDirty ? segments[index].Size : 0;
            dirtySinceMs = isDirty ? Math.Min(dirtySinceMs, FirstTimestampOf(segments[index], config)) : dirtySinceMs;
        }

        MaxDelayMs = dirtySinceMs == long.MaxValue ? 0 : Math.Max(0, nowMs - config.MaxCompactionLagMs - dirtySinceMs);
    }

    public PartitionLog Log { get; }

    /// <summary>All segments of the log.</summary>
    public SegmentList Segments { get; }

    /// <summary>The settings in force.</summary>
    public LogConfig Config { get; }

    /// <summary>The first offset whose key compaction has not seen.</summary>
    public long FirstDirtyOffset { get; }

    /// <summary>How many segments, from the first on, may be cleaned; the active one never may.</summary>
    public int CleanableCount { get; }

    /// <summary>The offset at which the part that cannot be cleaned yet begins.</summary>
    public long FirstUncleanableOffset => Segments[CleanableCount].BaseOffset;

    /// <summary>The bytes of the segments whose keys have been seen.</summary>
    public long CleanBytes { get; }

    /// <summary>The bytes of the dirty segments that can be cleaned.</summary>
    public long CleanableBytes { get; }

    /// <summary>The share of the dirty bytes, 0 to 1.</summary>
    public double DirtyRatio => CleanableBytes == 0 ? 0 : (double)CleanableBytes / (CleanBytes + CleanableBytes);

    /// <summary>For how long a record has been waiting beyond <c>max.compaction.lag.ms</c>, ms; 0 when none has.</summary>
    public long MaxDelayMs { get; }

    /// <summary>Whether it is time: enough of it is dirty, or a record has waited for too long.</summary>
    public bool IsDue => CleanableBytes > 0 && (MaxDelayMs > 0 || DirtyRatio > Config.MinCleanableDirtyRatio);

    /// <summary>Looks at a log.</summary>
    /// <exception cref="IOException">The device fails.</exception>
    public static LogToClean Of(PartitionLog log, long nowMs) => new(log, log.Segments, log.Config, nowMs);

    // A truncation or DeleteRecords may have passed what was remembered.
    private static long FirstDirtyOf(PartitionLog log)
    {
        long start = log.LogStartOffset;
        return log.CleanedOffset is { } cleaned && cleaned >= start && cleaned <= log.LogEndOffset ? cleaned : start;
    }

    private static int CountCleanable(PartitionLog log, SegmentList segments, LogConfig config, long firstDirtyOffset, long nowMs)
    {
        // The last stable offset is at most the high watermark; everything below it is decided.
        int count = Math.Min(segments.Count - 1, Math.Max(0, segments.FloorIndex(log.LastStableOffset)));
        for (int index = Math.Max(0, segments.FloorIndex(firstDirtyOffset)); config.MinCompactionLagMs > 0 && index < count; index++)
        {
            if (segments[index].RetentionTimestamp > nowMs - config.MinCompactionLagMs)
            {
                return index;
            }
        }

        return count;
    }

    // Reading it may take a look into the file, which only a limit is worth.
    private static long FirstTimestampOf(Segment segment, LogConfig config) =>
        config.MaxCompactionLagMs < long.MaxValue && segment.RollingTimestamp is var timestamp and > 0 ? timestamp : long.MaxValue;
}
