using Compat.Log.Segments;
using Compat.Wire;

namespace Compat.Log;

/// <summary>Removing records: from the end for a follower that diverged, from the start for DeleteRecords.</summary>
public sealed partial class PartitionLog
{
    /// <summary>
    /// Removes the batch that holds an offset and everything after it. When this returns it is gone from the device, too.
    /// </summary>
    /// <param name="offset">The new log end offset, unless it lies within a batch: then that batch's first offset is.</param>
    /// <returns>False when the log ends at or before the offset already.</returns>
    /// <exception cref="IOException">The device fails; the log is offline from then on.</exception>
    public bool TruncateTo(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        using Lock.Scope maintenance = _maintenanceLock.EnterScope();
        lock (_lock)
        {
            ThrowIfClosed();
            if (offset >= _end.Offset)
            {
                // A leader may have noted its epoch here and never written anything.
                _epochs.TruncateFromEnd(_end.Offset);
                return false;
            }
        }

        Cut(offset, () =>
        {
            if (offset < _segments.First.BaseOffset)
            {
                StartAt(offset, offset);
            }
            else
            {
                CutAt(offset);
            }
        });
        return true;
    }

    /// <summary>Removes all records, from the device, too; the next one gets the given offset.</summary>
    /// <param name="offset">The new log end offset.</param>
    /// <param name="logStartOffset">The new log start offset, when it is to lie below the end.</param>
    /// <exception cref="IOException">The device fails; the log is offline from then on.</exception>
    public void TruncateFullyAndStartAt(long offset, long? logStartOffset = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        using Lock.Scope maintenance = _maintenanceLock.EnterScope();
        Cut(offset, () => StartAt(offset, logStartOffset ?? offset));
    }

    /// <summary>
    /// Moves the log start offset up, so that records below it can no longer be read; their segments go with the next
    /// retention check.
    /// </summary>
    /// <param name="offset">The new log start offset; -1 is the high watermark.</param>
    /// <returns>None and the log start offset, or OffsetOutOfRange for an offset above the high watermark.</returns>
    public (ErrorCode ErrorCode, long LogStartOffset) DeleteRecordsBefore(long offset)
    {
        lock (_lock)
        {
            long start = offset == -1 ? _highWatermark.Offset : offset;
            if (start < 0 || start > _highWatermark.Offset)
            {
                return (ErrorCode.OffsetOutOfRange, -1);
            }

            if (start > _logStartOffset)
            {
                // The files say nothing of it as long as the segment stays.
                MoveStartTo(start);
                _context.OnRecordsDeleted?.Invoke(this);
            }

            return (ErrorCode.None, _logStartOffset);
        }
    }

    // The maintenance lock is held.
    private void Cut(long offset, Action cut)
    {
        long recoveryPoint = RecoveryPoint;
        try
        {
            lock (_lock)
            {
                ThrowIfClosed();
                LogMessages.Truncated(_context.Logger, TopicPartition, offset, _end.Offset, _highWatermark.Offset);
                cut();
            }

            // A loss of power must not bring it back in between or behind what is appended in its place.
            _segments.Active.Flush(withIndexes: false);
            _context.Storage.FlushDirectory(_folder.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // How much of it was done is not known, and neither is where the log ends.
            Fail(exception);
            throw new IOException($"{TopicPartition} could not be cut off at offset {offset}.", exception);
        }

        // What is appended from here on is not on the device, whatever a checkpoint of before says.
        if (RecoveryPoint < recoveryPoint)
        {
            _context.OnRecoveryPointLowered?.Invoke(this);
        }
    }

    private void MoveStartTo(long offset)
    {
        if (offset <= _logStartOffset)
        {
            return;
        }

        Volatile.Write(ref _logStartOffset, offset);
        Volatile.Write(ref _recoveryPoint, Math.Max(_recoveryPoint, offset));
        if (_highWatermark.Offset < offset)
        {
            Volatile.Write(ref _highWatermark, offset == _end.Offset ? _end : new LogOffsetMetadata(offset));
        }

        _epochs.TruncateFromStart(offset);
        _producers.OnHighWatermark(offset);
        UpdateFirstUnstable();
    }

    private void CutAt(long offset)
    {
        int keep = _segments.FloorIndex(offset) + 1;
        Segment[] removed = [.. _segments.AsSpan()[keep..]];
        Segment last = _segments[keep - 1];
        (int position, long firstCut) = last.FindCut(offset);
        long end = Math.Min(offset, firstCut);

        // The end goes down first, so that no reader is led to what is being cut off.
        SetEnd(new LogOffsetMetadata(end, last.BaseOffset, position));
        Volatile.Write(ref _segments, _segments.Without(removed));
        Volatile.Write(ref _logStartOffset, Math.Min(_logStartOffset, end));
        DeleteFromTheEnd(removed);
        last.CutAt(end, position);
        _epochs.TruncateFromEnd(end);
        ReloadProducers();
    }

    private void StartAt(long offset, long logStartOffset)
    {
        Segment[] removed = [.. _segments.AsSpan()];
        Segment next = NewSegmentReplacing(removed, offset);
        SetEnd(new LogOffsetMetadata(offset, offset, 0));
        Volatile.Write(ref _segments, new SegmentList([next]));
        Volatile.Write(ref _logStartOffset, logStartOffset);
        Volatile.Write(ref _highWatermark, _end);
        _epochs.Clear();
        _snapshots.DeleteWhere(_ => true);
        _producers.Reset(offset);
        UpdateFirstUnstable();
    }

    private Segment NewSegmentReplacing(Segment[] removed, long offset)
    {
        DeleteFromTheEnd(removed);
        Segment next = NewSegment(offset);
        next.CreateFile(Config);
        return next;
    }

    // So that a crash on the way leaves a log that is too long, and none with a hole.
    private static void DeleteFromTheEnd(Segment[] removed)
    {
        for (int index = removed.Length - 1; index >= 0; index--)
        {
            removed[index].DeleteFiles();
        }
    }

    private void SetEnd(LogOffsetMetadata end)
    {
        Volatile.Write(ref _end, end);
        if (_highWatermark.Offset >= end.Offset)
        {
            Volatile.Write(ref _highWatermark, end);
        }

        Volatile.Write(ref _recoveryPoint, Math.Min(_recoveryPoint, end.Offset));
        Volatile.Write(ref _cleanedOffset, Math.Min(_cleanedOffset, end.Offset));
        _cuts++;
    }

    private void ReloadProducers()
    {
        long end = _end.Offset;
        _snapshots.DeleteWhere(offset => offset > end);
        _snapshots.LoadInto(_producers, end, _logStartOffset, _context.NowMs, _context.ProducerIdExpirationMs);
        foreach (Segment segment in _segments.AsSpan())
        {
            if (_producers.EndOffset < end && segment.BaseOffset < end)
            {
                segment.Replay(_producers.EndOffset, end, batch => _producers.Apply(batch));
            }
        }

        _producers.EndOffset = end;
        _producers.OnHighWatermark(_highWatermark.Offset);
        UpdateFirstUnstable();
    }
}
