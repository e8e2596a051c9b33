using Compat.Log.Checkpoints;
using Compat.Log.Segments;
using Compat.Log.Storage;
using Compat.Wire;

namespace Compat.Log;

/// <summary>
/// Making the log durable. One flush of a log is under way at a time, and it answers everybody who waited for it: what
/// is appended meanwhile is for the next one.
/// </summary>
public sealed partial class PartitionLog
{
    // A device without room may have some again soon.
    private static readonly TimeSpan RefusedFlushRetry = TimeSpan.FromSeconds(1);

    private readonly Lock _flushLock = new();
    private Action? _runRequestedFlush;
    private FlushRequest _flushRequest;
    private bool _isFlushScheduled;
    private int _cuts;
    private int _cutsOfNames;
    private bool _isNameFlushed;
    private long _namesFlushedUpTo = -1;
    private bool _isFlushRefused;

    // In this order: a request during a flush may be for what the flush does not see.
    private enum FlushRequest
    {
        None,
        Waiting,
        UnderWay,
        UnderWayAndWaiting,
    }

    /// <summary>
    /// Called when a flush has ended, well or not, and when the log has failed: what may be acknowledged may have changed.
    /// On a thread of the flushes and without locks. Set once, before the log is appended to.
    /// </summary>
    public Action? OnFlushed { get; set; }

    /// <summary>
    /// The offset below which records may be acknowledged: <c>flush.messages</c> bounds how many acknowledged records a
    /// loss of power may take, which are fewer than that. With 1 it is the <see cref="RecoveryPoint"/>.
    /// </summary>
    public long AcknowledgeableOffset
    {
        get
        {
            long messages = Config.FlushMessages;
            return messages > long.MaxValue / 2 ? long.MaxValue : RecoveryPoint + messages - 1;
        }
    }

    /// <summary>
    /// Whether the last flush found no room on the device, so that what waits for it cannot be acknowledged now. It is
    /// tried again.
    /// </summary>
    public bool IsFlushRefused => Volatile.Read(ref _isFlushRefused);

    // Flushes are queued by log directory, because that is what has a device.
    private string DeviceDirectory => Path.GetDirectoryName(_folder.Path) ?? "";

    /// <summary>Returns when everything appended so far is on the device.</summary>
    /// <exception cref="StorageFullException">The device has no room for what belongs to the records; it may be tried again.</exception>
    /// <exception cref="IOException">The device fails; the log is offline from then on, because what it holds is not known.</exception>
    public void Flush() => FlushUpTo(LogEndOffset);

    // Who comes second finds the recovery point beyond what they want.
    private void FlushUpTo(long offset)
    {
        if (RecoveryPoint >= offset)
        {
            return;
        }

        lock (_flushLock)
        {
            // What was cut off since the caller looked is not to be flushed, and what is appended in its place not yet.
            (long from, long end, int cuts) = Extent();
            offset = Math.Min(offset, end);
            if (cuts != _cutsOfNames)
            {
                // Files may have been deleted and made anew under their names.
                (_cutsOfNames, _namesFlushedUpTo) = (cuts, -1);
            }

            if (from >= offset)
            {
                return;
            }

            try
            {
                // The list was published before the end, so it holds the segments of all that lies below the offset.
                FlushSegments(Volatile.Read(ref _segments), from, offset);
            }
            catch (StorageFullException)
            {
                Volatile.Write(ref _isFlushRefused, true);
                throw;
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

            AdvanceRecoveryPoint(offset, cuts);
        }
    }

    private void FlushSegments(SegmentList segments, long from, long to)
    {
        long newest = -1;
        for (int index = Math.Max(0, segments.FloorIndex(from)); index < segments.Count; index++)
        {
            Segment segment = segments[index];
            if (segment.Size > 0 && segment.BaseOffset < to)
            {
                bool isActive = ReferenceEquals(segment, segments.Active);
                segment.Flush(withIndexes: !isActive);
                newest = segment.BaseOffset;
                if (!isActive)
                {
                    _snapshots.Flush(segments[index + 1].BaseOffset);
                }
            }
        }

        lock (_lock)
        {
            _epochs.Persist(_end.Offset, flush: true);
        }

        // Not by the recovery point: a deletion moves it past files whose names nobody has flushed.
        if (newest > _namesFlushedUpTo)
        {
            PartitionMetadataFile.Flush(_context.Storage, _folder.File(PartitionMetadataFile.FileName));
            _context.Storage.FlushDirectory(_folder.Path);
            FlushOwnName();
            _namesFlushedUpTo = newest;
        }
    }

    // Once: what is in a directory is lost with the directory's own name.
    private void FlushOwnName()
    {
        if (!_isNameFlushed)
        {
            _context.Storage.FlushDirectory(DeviceDirectory);
            _isNameFlushed = true;
        }
    }

    private (long RecoveryPoint, long EndOffset, int Cuts) Extent()
    {
        lock (_lock)
        {
            return (_recoveryPoint, _end.Offset, _cuts);
        }
    }

    private void AdvanceRecoveryPoint(long offset, int cuts)
    {
        lock (_lock)
        {
            // What was cut off while the flush was under way may have been appended anew, and then the flush has not seen it.
            if (cuts == _cuts)
            {
                Volatile.Write(ref _recoveryPoint, Math.Max(_recoveryPoint, offset));
            }

            Volatile.Write(ref _isFlushRefused, false);
        }
    }

    private AppendResult FlushBefore(AppendResult result)
    {
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

    // Has all that is appended by now flushed beside the requests.
    private void RequestFlush()
    {
        if (IsClosed || IsFailed)
        {
            return;
        }

        FlushRequest before = FlushRequest.None;
        while (before is FlushRequest.None or FlushRequest.UnderWay)
        {
            FlushRequest seen = Interlocked.CompareExchange(ref _flushRequest, before + 1, before);
            if (seen == before)
            {
                break;
            }

            before = seen;
        }

        Volatile.Write(ref _isFlushRefused, false);
        if (before == FlushRequest.None)
        {
            ScheduleRequestedFlush();
        }
    }

    private void ScheduleRequestedFlush() =>
        _context.Flushes.Schedule(DeviceDirectory, _runRequestedFlush ??= RunRequestedFlush);

    private void RunRequestedFlush()
    {
        Interlocked.Exchange(ref _flushRequest, FlushRequest.UnderWay);
        TryFlush(LogEndOffset);

        // The next flush begins before those who waited for this one are told.
        if (Interlocked.CompareExchange(ref _flushRequest, FlushRequest.None, FlushRequest.UnderWay) != FlushRequest.UnderWay)
        {
            Interlocked.Exchange(ref _flushRequest, FlushRequest.Waiting);
            ScheduleRequestedFlush();
        }

        OnFlushed?.Invoke();
    }

    private void TryFlush(long upTo)
    {
        if (IsClosed || IsFailed)
        {
            return;
        }

        try
        {
            FlushUpTo(upTo);
        }
        catch (StorageFullException exception)
        {
            LogMessages.FlushRefused(_context.Logger, TopicPartition, _folder.Path, exception);
            _context.Later.Add(RefusedFlushRetry, RequestFlush);
        }
        catch (IOException exception)
        {
            LogMessages.FlushFailed(_context.Logger, TopicPartition, _folder.Path, exception);
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

            RequestFlush();
        });
    }

    private void Fail(Exception exception)
    {
        Volatile.Write(ref _isFailed, true);
        _context.ReportFailure(this, exception);
    }
}
