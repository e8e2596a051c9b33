using Compat.Log.Storage;

namespace Compat.Log.Cleaning;

/// <summary>
/// Keeps compacted logs small: threads of its own look for the log with the greatest share of records whose keys have not been
/// seen, and clean it. Logs are read beside everything else and locked only while the result is put in place.
/// </summary>
public sealed class LogCleaner : IDisposable
{
    private readonly LogContext _context;
    private readonly Func<IEnumerable<PartitionLog>> _logs;
    private readonly Action<PartitionLog> _onCleaned;
    private readonly CleanerPace _pace;
    private readonly Lock _lock = new();
    private readonly Lock _threadsLock = new();
    private readonly HashSet<PartitionLog> _inProgress = [];
    private readonly HashSet<PartitionLog> _uncleanable = [];
    private volatile LogCleanerOptions _options;
    private volatile CleanerThread[] _threads = [];
    private long _lastRunTimestamp;
    private bool _isStarted;
    private bool _isDisposed;

    /// <summary>Makes a cleaner that does nothing before it is started.</summary>
    /// <param name="context">What all logs share.</param>
    /// <param name="logs">The logs there are now.</param>
    /// <param name="onCleaned">Called when a log was cleaned up to its new <see cref="PartitionLog.CleanedOffset"/>.</param>
    /// <param name="options">How to clean.</param>
    public LogCleaner(LogContext context, Func<IEnumerable<PartitionLog>> logs, Action<PartitionLog> onCleaned, LogCleanerOptions options)
    {
        _context = context;
        _logs = logs;
        _onCleaned = onCleaned;
        _options = options;
        _pace = new CleanerPace(context.Time) { MaxBytesPerSecond = options.MaxIoBytesPerSecond };
        _lastRunTimestamp = context.Time.GetTimestamp();
    }

    /// <summary>The greatest share of dirty bytes that the last look found in a log, percent.</summary>
    public int MaxDirtyPercent { get; private set; }

    /// <summary>For how long the record that has waited longest was beyond <c>max.compaction.lag.ms</c> at the last look, seconds.</summary>
    public int MaxCompactionDelaySeconds { get; private set; }

    /// <summary>Since a thread has last looked for a log to clean, ms.</summary>
    public long TimeSinceLastRunMs => (long)_context.Time.GetElapsedTime(Volatile.Read(ref _lastRunTimestamp)).TotalMilliseconds;

    /// <summary>How much of the memory for keys the last cleaning of a thread has used at most, percent.</summary>
    public int MaxBufferUtilizationPercent => _threads.Select(thread => (int)(100 * thread.Stats.BufferUtilization)).DefaultIfEmpty().Max();

    /// <summary>The share of what was read that was kept in the last cleaning of each thread, percent.</summary>
    public int RecopyPercent => (int)(100.0 * _threads.Sum(thread => thread.Stats.BytesWritten) / Math.Max(1, _threads.Sum(thread => thread.Stats.BytesRead)));

    /// <summary>How long the last cleaning of a thread has taken at most, seconds.</summary>
    public int MaxCleanTimeSeconds => _threads.Select(thread => (int)thread.Stats.Elapsed.TotalSeconds).DefaultIfEmpty().Max();

    /// <summary>Threads that have ended by a mistake.</summary>
    public int DeadThreadCount => _threads.Count(thread => thread.IsDead);

    /// <summary>All bytes read and written by cleaning.</summary>
    public long TotalIoBytes => _pace.TotalBytes;

    /// <summary>The logs that cannot be cleaned, because their records cannot be read.</summary>
    public IReadOnlyList<PartitionLog> Uncleanable
    {
        get
        {
            lock (_lock)
            {
                return [.. _uncleanable];
            }
        }
    }

    /// <summary>The dirty bytes of a log that could be cleaned.</summary>
    public long CleanableBytes(PartitionLog log) => LogToClean.Of(log, _context.NowMs).CleanableBytes;

    /// <summary>Begins to clean.</summary>
    public void Start()
    {
        _isStarted = true;
        StartThreads();
    }

    /// <summary>Goes on with other settings; what is being cleaned may be begun again.</summary>
    public void Reconfigure(LogCleanerOptions options)
    {
        LogCleanerOptions before = _options;
        _options = options;
        _pace.MaxBytesPerSecond = options.MaxIoBytesPerSecond;
        if (_isStarted && before with { MaxIoBytesPerSecond = options.MaxIoBytesPerSecond } != options)
        {
            // Beside who told us: the threads may be busy for a moment.
            _context.Later.Add(TimeSpan.Zero, StartThreads);
        }
    }

    /// <summary>Ends it; when this returns no log is touched any more.</summary>
    public void Dispose()
    {
        lock (_threadsLock)
        {
            _isDisposed = true;
            StopThreads();
        }
    }

    /// <summary>Cleans the log that needs it most, if one does.</summary>
    /// <returns>Whether one was cleaned.</returns>
    /// <exception cref="OperationCanceledException">The cleaner's thread is to end.</exception>
    internal bool CleanNext(Cleaner cleaner)
    {
        if (Choose() is not { } dirty)
        {
            return false;
        }

        try
        {
            return Clean(cleaner, dirty);
        }
        finally
        {
            lock (_lock)
            {
                _inProgress.Remove(dirty.Log);
            }
        }
    }

    private bool Clean(Cleaner cleaner, LogToClean dirty)
    {
        PartitionLog log = dirty.Log;
        try
        {
            if (!cleaner.Clean(dirty))
            {
                return false;
            }

            _onCleaned(log);
            Report(dirty, cleaner.Stats);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && (log.IsClosed || log.IsFailed))
        {
            // Deleted or taken offline meanwhile.
        }
        catch (StorageFullException exception)
        {
            LogMessages.NoRoomToClean(_context.Logger, log.TopicPartition, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogMessages.WriteFailed(_context.Logger, log.TopicPartition, log.DirectoryPath, exception);
            log.FailCleaning(exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            MarkUncleanable(log, exception);
        }

        return false;
    }

    private LogToClean? Choose()
    {
        lock (_lock)
        {
            Volatile.Write(ref _lastRunTimestamp, _context.Time.GetTimestamp());
            _uncleanable.RemoveWhere(log => log.IsClosed);
            List<LogToClean> dirty = [.. _logs().Where(IsCandidate).Select(Look).OfType<LogToClean>()];
            MaxDirtyPercent = (int)(100 * dirty.Select(each => each.DirtyRatio).DefaultIfEmpty().Max());
            MaxCompactionDelaySeconds = (int)(dirty.Select(each => each.MaxDelayMs).DefaultIfEmpty().Max() / 1000);
            LogToClean? dirtiest = dirty.Where(each => each.IsDue).MaxBy(each => each.DirtyRatio);
            if (dirtiest is not null)
            {
                _inProgress.Add(dirtiest.Log);
            }

            return dirtiest;
        }
    }

    private bool IsCandidate(PartitionLog log) => log.Config.CleanupCompact && !log.IsFailed && !_inProgress.Contains(log) && !_uncleanable.Contains(log);

    private LogToClean? Look(PartitionLog log)
    {
        try
        {
            return LogToClean.Of(log, _context.NowMs);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (!log.IsClosed)
            {
                LogMessages.ReadFailed(_context.Logger, log.TopicPartition, log.DirectoryPath, exception);
            }

            return null;
        }
    }

    private void MarkUncleanable(PartitionLog log, Exception exception)
    {
        lock (_lock)
        {
            _uncleanable.Add(log);
        }

        LogMessages.Uncleanable(_context.Logger, log.TopicPartition, exception);
    }

    private void Report(LogToClean dirty, CleanerStats stats)
    {
        LogMessages.Cleaned(
            _context.Logger, dirty.Log.TopicPartition, dirty.FirstDirtyOffset, dirty.Log.CleanedOffset ?? 0, stats.BytesRead, stats.BytesWritten, stats.Elapsed.TotalSeconds);
        if (stats.KeylessRecords > 0)
        {
            LogMessages.KeylessRecords(_context.Logger, stats.KeylessRecords, dirty.Log.TopicPartition);
        }
    }

    private void StartThreads()
    {
        lock (_threadsLock)
        {
            StopThreads();
            LogCleanerOptions options = _options;
            if (!_isDisposed && options.IsEnabled)
            {
                _threads = [.. Enumerable.Range(0, options.Threads).Select(number => new CleanerThread(_context, options, number, _pace, CleanNext))];
                Array.ForEach(_threads, thread => thread.Start());
            }
        }
    }

    private void StopThreads()
    {
        CleanerThread[] threads = _threads;
        _threads = [];
        Array.ForEach(threads, thread => thread.Dispose());
    }
}
