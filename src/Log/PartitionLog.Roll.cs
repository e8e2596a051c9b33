using Compat.Log.Configuration;
using Compat.Log.Segments;

namespace Compat.Log;

/// <summary>Closing the active segment and beginning a new one.</summary>
public sealed partial class PartitionLog
{
    /// <summary>Begins a new segment at the end of the log; nothing happens when the active one is empty.</summary>
    /// <exception cref="IOException">The device fails.</exception>
    public void Roll()
    {
        lock (_lock)
        {
            ThrowIfClosed();
            if (_segments.Active.Size > 0)
            {
                RollLocked(_end.Offset, createFile: true);
            }
        }
    }

    private Segment MaybeRoll(int bytes, long firstOffset, long lastOffset, long maxTimestamp, LogConfig config)
    {
        Segment active = _segments.Active;
        if (!active.ShouldRoll(bytes, maxTimestamp, lastOffset, config))
        {
            return active;
        }

        if (active.Size > 0)
        {
            return RollLocked(Math.Max(firstOffset, _end.Offset), createFile: false);
        }

        // An empty segment whose base lies too far below: a follower of a compacted log begins far up.
        ReplaceEmptySegment(active, firstOffset);
        return _segments.Active;
    }

    private Segment RollLocked(long baseOffset, bool createFile)
    {
        Segment previous = _segments.Active;
        Segment next = NewSegment(baseOffset);
        if (createFile)
        {
            next.CreateFile(Config);
        }

        previous.OnBecomeInactive();
        _producers.EndOffset = baseOffset;
        _snapshots.Take(_producers, flush: false);
        Volatile.Write(ref _segments, _segments.Add(next));
        MoveEndTo(next);

        // The files of the old segment are made durable beside the requests; until then a start would read it again.
        _context.Flushes.Schedule(DeviceDirectory, () =>
        {
            TryFlush(baseOffset);
            _context.OnSegmentFlushed?.Invoke(this);
        });
        return next;
    }

    private void ReplaceEmptySegment(Segment empty, long baseOffset)
    {
        Segment next = NewSegment(baseOffset);
        Volatile.Write(ref _segments, _segments.Add(next).Without([empty]));
        MoveEndTo(next);
        empty.DeleteFiles();
    }

    // The end stays the same offset; it is now the beginning of the new segment.
    private void MoveEndTo(Segment segment)
    {
        bool endIsHighWatermark = ReferenceEquals(_highWatermark, _end);
        LogOffsetMetadata end = new(_end.Offset, segment.BaseOffset, segment.Size);
        Volatile.Write(ref _end, end);
        if (endIsHighWatermark)
        {
            Volatile.Write(ref _highWatermark, end);
        }
    }

    private Segment NewSegment(long baseOffset)
    {
        LogConfig config = Config;

        // Kafka takes a file that is in the way for the rest of a failed roll, too.
        Segment segment = new(_context, _folder, baseOffset, size: 0, hasTransactionIndex: false, isNew: true)
        {
            RollJitterMs = JitterOf(_context, config),
        };
        segment.DeleteLeftovers();
        return segment;
    }

    internal static long JitterOf(LogContext context, LogConfig config) =>
        config.SegmentJitterMs > 0 ? context.NextRandom(Math.Min(config.SegmentJitterMs, config.SegmentMs)) : 0;
}
