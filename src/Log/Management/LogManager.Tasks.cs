using Compat.Log.Checkpoints;
using Compat.Wire;

namespace Compat.Log;

/// <summary>The work in the background, and the end.</summary>
public sealed partial class LogManager
{
    /// <summary>With more logs to flush than this at the end, the volume is flushed as a whole.</summary>
    private const int FewLogs = 100;

    // Soon enough that a crash finds closed segments behind the recovery point, and once for many of them.
    private static readonly TimeSpan RecoveryPointDelay = TimeSpan.FromSeconds(1);

    private readonly List<ITimer> _timers = [];
    private int _areRecoveryPointsDue;
    private int _isClosed;
    private volatile bool _hasBegunToLoad;
    private volatile bool _hasLoaded;
    private int _isStartsWritingScheduled;

    /// <summary>Begins to delete old segments, write checkpoints and forget producers, each at its interval, and to compact.</summary>
    public void Start()
    {
        AddTask(_options.RetentionCheckIntervalMs, () => DeleteOldSegments());
        AddTask(_options.FlushOffsetCheckpointIntervalMs, () => WriteRecoveryPoints());
        AddTask(_options.FlushStartOffsetCheckpointIntervalMs, () => WriteLogStartOffsets());
        AddTask(_options.HighWatermarkCheckpointIntervalMs, () => WriteHighWatermarks());
        AddTask(_options.ProducerIdExpirationCheckIntervalMs, RemoveExpiredProducers);
        Cleaner.Start();
    }

    /// <summary>Deletes the segments that retention has given up, of all logs.</summary>
    /// <returns>The number of segments deleted.</returns>
    public int DeleteOldSegments()
    {
        int deleted = 0;
        foreach (PartitionLog log in Logs)
        {
            Try(log, () => deleted += log.DeleteOldSegments());
        }

        return deleted;
    }

    /// <summary>Writes up to where each log is on the device.</summary>
    public void WriteRecoveryPoints() => WriteCheckpoints(OffsetCheckpointFile.RecoveryPoint, log => log.RecoveryPoint, _options.FlushOnClose);

    /// <summary>Writes where each log starts, of those whose first segment does not say it.</summary>
    public void WriteLogStartOffsets() => WriteCheckpoints(
        OffsetCheckpointFile.LogStartOffset,
        log => log.LogStartOffset > log.FirstSegmentOffset ? log.LogStartOffset : null,
        _options.FlushOnClose);

    // A process that is killed in the next minute would otherwise have the deleted records again.
    private void WriteLogStartOffsetsSoon()
    {
        if (Interlocked.Exchange(ref _isStartsWritingScheduled, 1) == 0)
        {
            _context.Later.Add(TimeSpan.Zero, () =>
            {
                Volatile.Write(ref _isStartsWritingScheduled, 0);
                WriteLogStartOffsets();
            });
        }
    }

    /// <summary>Writes the high watermarks. A stale one is no harm: it only moves up again.</summary>
    public void WriteHighWatermarks() => WriteCheckpoints(OffsetCheckpointFile.HighWatermark, log => log.HighWatermark, flush: false);

    /// <summary>Writes up to where compaction has come. A stale one is no harm: the same records are only looked at again.</summary>
    public void WriteCleanedOffsets() => WriteCheckpoints(OffsetCheckpointFile.Cleaner, log => log.CleanedOffset, _options.FlushOnClose);

    /// <summary>
    /// Closes all logs and gives the directories back. When everything went well, the next start takes the logs as they
    /// are. When they were never loaded, because the start ended before, the next one finds all as this one did.
    /// </summary>
    /// <param name="brokerEpoch">The broker epoch, which the next start tells the controller; -1 for none.</param>
    public void Close(long brokerEpoch = -1)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        _timers.ForEach(timer => timer.Dispose());
        Cleaner.Dispose();
        _context.Later.Dispose();
        _context.Flushes.Dispose();
        foreach (PartitionLog deleted in _deleted.Keys)
        {
            // The next start deletes what is left of them.
            deleted.Abandon();
        }

        foreach (LogDirectory directory in Directories)
        {
            if (directory.IsOnline)
            {
                Close(directory, brokerEpoch);
            }

            directory.Dispose();
        }
    }

    /// <summary>The same as <see cref="Close(long)"/>.</summary>
    public void Dispose() => Close();

    private void Close(LogDirectory directory, long brokerEpoch)
    {
        List<PartitionLog> logs = [.. LogsIn(directory)];
        if (!_hasBegunToLoad && logs.Count == 0)
        {
            // What a crash has left is still to be recovered, and the checkpoints are of logs that are not open.
            directory.RestoreCleanShutdown(_options.FlushOnClose);
            return;
        }

        bool flushEach = _options.FlushOnClose && (logs.Count(log => log.RecoveryPoint < log.LogEndOffset) <= FewLogs
            || !_context.Storage.CanFlushVolume);
        bool isAllWritten = TryAll(logs, log => log.Close(flushEach));
        try
        {
            MaybeFlushVolume();
            if (isAllWritten && _hasBegunToLoad == _hasLoaded && TryPutAllInPlace())
            {
                logs.ForEach(log => log.MarkFlushed());
                WriteAllCheckpoints(directory);
                directory.WriteCleanShutdown(brokerEpoch, _options.FlushOnClose);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogMessages.TaskFailed(_context.Logger, directory.Path, exception);
        }

        // The new names come after what they name, and the word that all is well comes after both.
        bool TryPutAllInPlace()
        {
            int put = 0;
            if (!TryAll(logs, log => Interlocked.Add(ref put, log.PutInPlace() ? 1 : 0)))
            {
                return false;
            }

            if (put > 0)
            {
                MaybeFlushVolume();
            }

            return true;
        }

        void MaybeFlushVolume()
        {
            if (_options.FlushOnClose && !flushEach)
            {
                _context.Storage.FlushVolume(directory.Path);
            }
        }
    }

    private bool TryAll(List<PartitionLog> logs, Action<PartitionLog> action)
    {
        int failed = 0;
        Parallel.ForEach(logs, log =>
        {
            if (!Try(log, () => action(log)))
            {
                Interlocked.Increment(ref failed);
            }
        });
        return failed == 0;
    }

    private void WriteAllCheckpoints(LogDirectory directory)
    {
        Write(directory, OffsetCheckpointFile.RecoveryPoint, log => log.RecoveryPoint, _options.FlushOnClose);
        Write(directory, OffsetCheckpointFile.LogStartOffset,
            log => log.LogStartOffset > log.FirstSegmentOffset ? log.LogStartOffset : null, _options.FlushOnClose);
        Write(directory, OffsetCheckpointFile.HighWatermark, log => log.HighWatermark, _options.FlushOnClose);
        Write(directory, OffsetCheckpointFile.Cleaner, log => log.CleanedOffset, _options.FlushOnClose);
        directory.Forgotten();
    }

    private void WriteRecoveryPointsSoon()
    {
        if (Interlocked.Exchange(ref _areRecoveryPointsDue, 1) == 0)
        {
            _context.Later.Add(RecoveryPointDelay, () =>
            {
                Interlocked.Exchange(ref _areRecoveryPointsDue, 0);
                WriteRecoveryPoints();
            });
        }
    }

    private void RemoveExpiredProducers()
    {
        foreach (PartitionLog log in Logs)
        {
            log.RemoveExpiredProducers();
        }
    }

    private void WriteCheckpoints(string fileName, Func<PartitionLog, long?> offsetOf, bool flush)
    {
        foreach (LogDirectory directory in Directories)
        {
            if (!directory.IsOnline)
            {
                continue;
            }

            try
            {
                Write(directory, fileName, offsetOf, flush);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The old checkpoint is still there, and right.
                LogMessages.TaskFailed(_context.Logger, directory.Path, exception);
            }
        }
    }

    private void Write(LogDirectory directory, string fileName, Func<PartitionLog, long?> offsetOf, bool flush) => directory.WriteCheckpoint(
        fileName,
        () =>
        {
            List<KeyValuePair<TopicPartition, long>> offsets = [];
            foreach (PartitionLog log in LogsIn(directory))
            {
                if (offsetOf(log) is { } offset)
                {
                    offsets.Add(new KeyValuePair<TopicPartition, long>(log.TopicPartition, offset));
                }
            }

            return offsets;
        },
        flush);

    // In an order that stays the same, so that an unchanged checkpoint is recognised.
    private IEnumerable<PartitionLog> LogsIn(LogDirectory directory) =>
        _logs.Where(entry => _directoryOf.GetValueOrDefault(entry.Key) == directory).Select(entry => entry.Value);

    private bool Try(PartitionLog log, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogMessages.TaskFailed(_context.Logger, log.DirectoryPath, exception);
            return false;
        }
        catch (ObjectDisposedException)
        {
            // Deleted meanwhile.
            return true;
        }
    }

    // A run that takes longer than the interval makes the next one wait for it: the timer is set again at the end.
    private void AddTask(long intervalMs, Action task)
    {
        TimeSpan interval = TimeSpan.FromMilliseconds(Math.Clamp(intervalMs, 1, int.MaxValue));
        TimeSpan first = TimeSpan.FromMilliseconds(Math.Clamp(_options.InitialTaskDelayMs, 0, int.MaxValue));
        ITimer? timer = null;
        timer = _context.Time.CreateTimer(_ => RunTask(timer!, interval, task), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timers.Add(timer);
        timer.Change(first < interval ? first : interval, Timeout.InfiniteTimeSpan);
    }

    private void RunTask(ITimer timer, TimeSpan interval, Action task)
    {
        try
        {
            task();
        }
        catch (Exception exception)
        {
            LogMessages.TaskFailed(_context.Logger, "the background", exception);
        }

        // False once the manager is closed.
        timer.Change(interval, Timeout.InfiniteTimeSpan);
    }
}
