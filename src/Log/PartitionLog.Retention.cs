using Compat.Log.Configuration;
using Compat.Log.Segments;

namespace Compat.Log;

/// <summary>Deleting what is too old, too much, or below the log start.</summary>
public sealed partial class PartitionLog
{
    /// <summary>
    /// Deletes the segments that retention or the log start offset has given up. Only whole segments below the high
    /// watermark go; the active one goes too when all of it is too old, and a new one takes its place.
    /// </summary>
    /// <returns>The number of segments deleted.</returns>
    /// <exception cref="IOException">The device fails.</exception>
    public int DeleteOldSegments()
    {
        using Lock.Scope maintenance = _maintenanceLock.EnterScope();
        lock (_lock)
        {
            ThrowIfClosed();
            LogConfig config = Config;
            int deleted = DeleteFirstSegments((_, next) => next is not null && next.BaseOffset <= _logStartOffset);
            return config.CleanupDelete ? deleted + DeleteBySize(config) + DeleteByTime(config) : deleted;
        }
    }

    private int DeleteBySize(LogConfig config)
    {
        long excess = _segments.Size - config.RetentionBytes;
        if (config.RetentionBytes < 0 || excess < 0)
        {
            return 0;
        }

        return DeleteFirstSegments((segment, _) =>
        {
            excess -= segment.Size;
            return excess >= 0;
        });
    }

    private int DeleteByTime(LogConfig config)
    {
        long now = _context.RetentionClock.NowMs;

        // A closed segment that compaction has emptied has no time of its own, and nothing to keep.
        return config.RetentionMs < 0 ? 0 : DeleteFirstSegments((segment, next) =>
            (segment.Size == 0 && next is not null)
            || (now - segment.RetentionTimestamp > config.RetentionMs
                && now - segment.ConfirmedRetentionTimestamp() > config.RetentionMs));
    }

    // From the oldest on, until one is to stay.
    private int DeleteFirstSegments(Func<Segment, Segment?, bool> mayGo)
    {
        SegmentList segments = _segments;
        int count = 0;
        while (count < segments.Count)
        {
            Segment? next = count + 1 < segments.Count ? segments[count + 1] : null;
            bool isEmptyActive = next is null && segments[count].Size == 0;
            if (isEmptyActive || _highWatermark.Offset < (next?.BaseOffset ?? _end.Offset) || !mayGo(segments[count], next))
            {
                break;
            }

            count++;
        }

        if (count > 0)
        {
            DeleteFirst(segments, count);
        }

        return count;
    }

    private void DeleteFirst(SegmentList segments, int count)
    {
        // The end of the log must stay known, so there is always a segment, even an empty one.
        if (count == segments.Count)
        {
            RollLocked(_end.Offset, createFile: true);
        }

        Segment[] removed = [.. segments.AsSpan()[..count]];
        MoveStartTo(_segments[count].BaseOffset);
        Volatile.Write(ref _segments, _segments.Without(removed));
        HashSet<long> bases = [.. removed.Select(segment => segment.BaseOffset)];
        _snapshots.DeleteWhere(bases.Contains);
        LogMessages.SegmentsDeleted(_context.Logger, count, TopicPartition, _logStartOffset);
        DeleteLater(removed);
    }

    // Answers under way may still read them.
    private void DeleteLater(Segment[] removed)
    {
        foreach (Segment segment in removed)
        {
            segment.RenameFiles(LogFileNames.DeletedSuffix);
        }

        DeleteFilesLater(removed);
    }

    private void DeleteFilesLater(IReadOnlyList<Segment> removed) =>
        _context.Later.Add(TimeSpan.FromMilliseconds(Math.Min(Config.FileDeleteDelayMs, int.MaxValue)), () =>
        {
            foreach (Segment segment in removed)
            {
                segment.DeleteFiles();
            }
        });
}
