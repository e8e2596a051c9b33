using Compat.Log.Checkpoints;
using Compat.Log.Configuration;
using Compat.Log.Segments;
using Compat.Wire;

namespace Compat.Log;

/// <summary>Making the log durable.</summary>
public sealed partial class PartitionLog
{
    private readonly Lock _flushLock = new();
    private bool _isFlushScheduled;

    /// <summary>Returns when everything appended so far is on the device.</summary>
    /// <exception cref="IOException">The device fails; the log is offline from then on, because what it holds is not known.</exception>
    public void Flush() => FlushUpTo(LogEndOffset);

    // One flush answers everybody who waited for it: who comes second finds the recovery point beyond what they want.
    private void FlushUpTo(long offset)
    {
        if (RecoveryPoint >= offset)
        {
            return;
        }

        lock (_flushLock)
        {
            long from = RecoveryPoint;
            if (from >= offset)
            {
                return;
            }

            // The list after the end: it holds the segments of all that lies below the end.
            LogOffsetMetadata end = Volatile.Read(ref _end);
            SegmentList segments = Volatile.Read(ref _segments);
            try
            {
                FlushSegments(segments, from, end.Offset);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Fail(exception);
                throw new IOException($"Flushing {TopicPartition} failed.", exception);
            }
            catch (ObjectDisposedException)
            {
                // Deleted or closed meanwhile; what is gone need not be durable.
                return;
            }

            AdvanceRecoveryPoint(end.Offset);
        }
    }

    private void FlushSegments(SegmentList segments, long from, long to)
    {
        bool hasNewFiles = false;
        for (int index = Math.Max(0, segments.FloorIndex(from)); index < segments.Count; index++)
        {
            Segment segment = segments[index];
            if (segment.Size > 0 && segment.BaseOffset < to)
            {
                bool isActive = ReferenceEquals(segment, segments.Active);
                segment.Flush(withIndexes: !isActive);
                hasNewFiles |= segment.BaseOffset >= from;
                if (!isActive)
                {
                    _snapshots.Flush(segments[index + 1].BaseOffset);
                }
            }
        }

        lock (_lock)
        {
            _epochs.Persist(flush: true);
        }

        if (hasNewFiles)
        {
            PartitionMetadataFile.Flush(_context.Storage, _folder.File(PartitionMetadataFile.FileName));
            _context.Storage.FlushDirectory(_folder.Path);
        }
    }

    private void AdvanceRecoveryPoint(long offset)
    {
        lock (_lock)
        {
            // A truncation while the flush was under way has the last word.
            Volatile.Write(ref _recoveryPoint, Math.Max(_recoveryPoint, Math.Min(offset, _end.Offset)));
        }
    }

    private AppendResult FlushIfDue(AppendResult result, LogConfig config)
    {
        if (config.FlushMessages == long.MaxValue || result.ErrorCode != ErrorCode.None
            || LogEndOffset - RecoveryPoint < config.FlushMessages)
        {
            return result;
        }

        try
        {
            Flush();
            return result;
        }
        catch (IOException exception)
        {
            return AppendResult.Failed(ErrorCode.KafkaStorageError, exception.Message, LogStartOffset);
        }
    }

    // With flush.ms the first record that is not on the device starts the time.
    private void ScheduleFlush()
    {
        long flushMs = Config.FlushMs;
        if (flushMs == long.MaxValue || _isFlushScheduled)
        {
            return;
        }

        _isFlushScheduled = true;
        _context.Later.Add(TimeSpan.FromMilliseconds(Math.Min(flushMs, int.MaxValue)), () =>
        {
            lock (_lock)
            {
                _isFlushScheduled = false;
            }

            FlushRolled(LogEndOffset);
        });
    }

    private void Fail(Exception exception)
    {
        Volatile.Write(ref _isFailed, true);
        _context.ReportFailure(this, exception);
    }
}
