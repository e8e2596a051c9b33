using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Compat.Log.Cleaning;
using Compat.Log.Configuration;
using Compat.Log.Loading;
using Compat.Log.Storage;
using Compat.Wire;

namespace Compat.Log;

/// <summary>
/// All logs of a broker but the metadata log, which the quorum opens itself, in one or more log directories. Opened in
/// steps: <see cref="Open"/> takes the directories into use, and <see cref="LoadLogs"/> opens the logs once the metadata
/// says what they are; <see cref="Start"/> begins the work in the background.
/// </summary>
public sealed partial class LogManager : IDisposable
{
    private readonly LogContext _context;
    private readonly LogManagerOptions _options;
    private readonly Lock _creationLock = new();
    private readonly ConcurrentDictionary<TopicPartition, PartitionLog> _logs = new();
    private readonly ConcurrentDictionary<TopicPartition, LogDirectory> _directoryOf = new();

    // Moved aside, and not yet off the disk.
    private readonly ConcurrentDictionary<PartitionLog, bool> _deleted = new();

    private LogManager(LogContext context, LogManagerOptions options, IReadOnlyList<LogDirectory> directories)
    {
        _context = context;
        _options = options;
        Directories = directories;
        Cleaner = new LogCleaner(context, () => Logs, _ => WriteCleanedOffsets(), options.Cleaner);
        context.OnRecordsDeleted = _ => WriteLogStartOffsetsSoon();
        context.OnFailure = (log, exception) => OnLogFailure(log, exception);
        context.OnSegmentFlushed = _ => WriteRecoveryPointsSoon();
        context.OnRecoveryPointLowered = _ => WriteRecoveryPoints();
    }

    /// <summary>Called when a directory has gone offline, after its logs were taken away. Set once, before <see cref="LoadLogs"/>.</summary>
    public Action<LogDirectory>? OnDirectoryOffline { get; set; }

    /// <summary>The log directories, in the order they were configured.</summary>
    public IReadOnlyList<LogDirectory> Directories { get; }

    /// <summary>What compacts logs; it runs from <see cref="Start"/> to <see cref="Close(long)"/>.</summary>
    public LogCleaner Cleaner { get; }

    /// <summary>All open logs, in no particular order.</summary>
    public IEnumerable<PartitionLog> Logs => _logs.Select(entry => entry.Value);

    /// <summary>The number of open logs.</summary>
    public int Count => _logs.Count;

    /// <summary>The broker epoch of the last shutdown if all directories agree that it was clean; else -1 (KIP-966).</summary>
    public long PreviousBrokerEpoch
    {
        get
        {
            long epoch = Directories[0].CleanShutdownEpoch ?? -1;
            return Directories.All(directory => directory.IsOnline && directory.CleanShutdownEpoch == epoch) ? epoch : -1;
        }
    }

    /// <summary>Takes the log directories into use: makes and locks them and checks whose they are.</summary>
    /// <exception cref="LogDirectoryException">
    /// A directory is in use by another broker or belongs to another cluster or node, or none of them can be used.
    /// </exception>
    public static LogManager Open(LogContext context, LogManagerOptions options)
    {
        List<LogDirectory> directories = [];
        try
        {
            foreach (string path in options.LogDirs)
            {
                directories.Add(LogDirectory.Open(context, path, options));
            }

            if (!directories.Exists(directory => directory.IsOnline))
            {
                throw new LogDirectoryException(
                    $"log.dirs: no log directory can be used: {string.Join("; ", directories.Select(directory => $"{directory.Path}: {directory.Failure!.Message}"))}",
                    directories.FirstOrDefault()?.Failure);
            }

            directories.Where(directory => !directory.IsOnline).ToList().ForEach(directory => directory.TellFailure());
            return new LogManager(context, options, directories);
        }
        catch
        {
            directories.ForEach(directory => directory.Dispose());
            throw;
        }
    }

    /// <summary>The log of a partition, if there is one here.</summary>
    public bool TryGet(TopicPartition partition, [NotNullWhen(true)] out PartitionLog? log) => _logs.TryGetValue(partition, out log);

    /// <summary>The directory that a partition's log is in, or null.</summary>
    public LogDirectory? DirectoryOf(TopicPartition partition) => _directoryOf.GetValueOrDefault(partition);

    /// <summary>
    /// The log of a partition; it is opened if its directory is there, and made otherwise, in the log directory that it is
    /// said to be in or else the online one with the fewest logs.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="topicId">The topic's id; zero for none.</param>
    /// <param name="config">The settings of a log that is opened or made.</param>
    /// <param name="directoryId">The log directory that the cluster knows the log to be in; zero when it knows none.</param>
    /// <exception cref="LogDirectoryException">The log that is there belongs to a topic with another id.</exception>
    /// <exception cref="StorageFullException">The device has no room for a log; the directory stays online.</exception>
    /// <exception cref="IOException">The device fails, and its directory is offline then; or the log is in a directory that is.</exception>
    public PartitionLog GetOrCreate(TopicPartition partition, Uuid topicId, LogConfig config, Uuid directoryId = default)
    {
        if (_logs.TryGetValue(partition, out PartitionLog? existing))
        {
            return CheckTopicId(existing, topicId);
        }

        lock (_creationLock)
        {
            if (_logs.TryGetValue(partition, out existing))
            {
                return CheckTopicId(existing, topicId);
            }

            LogDirectory directory = ChooseDirectory(partition, directoryId);
            return CheckTopicId(OpenLog(directory, partition, topicId, config, isFound: false), topicId);
        }
    }

    /// <summary>
    /// Deletes a partition's log: it is gone when this returns, and a new one of the same name may be made. Its files go
    /// after <c>file.delete.delay.ms</c>, so that answers under way can still be read from them.
    /// </summary>
    /// <returns>False when there is no such log.</returns>
    /// <exception cref="IOException">The device fails; the directory is offline then.</exception>
    public bool Delete(TopicPartition partition)
    {
        lock (_creationLock)
        {
            if (!_logs.TryRemove(partition, out PartitionLog? log) || !_directoryOf.TryRemove(partition, out LogDirectory? directory))
            {
                return false;
            }

            directory.Forget(partition);
            _deleted[log] = true;
            try
            {
                log.MoveAside(Path.Combine(directory.Path, LogDirectoryName.Aside(partition, _context.NextUniqueName(), LogDirectoryKind.Deleted)));
            }
            catch (Exception exception) when (IsFailure(exception))
            {
                TakeOffline(directory, exception);
                throw;
            }

            _context.Later.Add(TimeSpan.FromMilliseconds(Math.Min(log.Config.FileDeleteDelayMs, int.MaxValue)), () =>
            {
                log.Delete();
                _deleted.TryRemove(log, out _);
            });
            return true;
        }
    }

    private static PartitionLog CheckTopicId(PartitionLog log, Uuid topicId) =>
        topicId == Uuid.Zero || log.TopicId == Uuid.Zero || log.TopicId == topicId
            ? log
            : throw new LogDirectoryException($"The log {log} belongs to the topic with the id {log.TopicId}, not {topicId}.");

    private PartitionLog OpenLog(LogDirectory directory, TopicPartition partition, Uuid topicId, LogConfig config, bool isFound)
    {
        try
        {
            string path = Path.Combine(directory.Path, LogDirectoryName.Of(partition));
            bool isNew = !isFound && !_context.Storage.DirectoryExists(path);
            if (isNew && directory.Remembers(partition))
            {
                // A new log must not begin with the offsets that a checkpoint still has of an old one of its name.
                directory.Forget(partition);
                WriteAllCheckpoints(directory);
            }

            PartitionLog log = PartitionLog.Open(_context, path, new LogLoadOptions
            {
                TopicPartition = partition,
                TopicId = topicId,
                IsTopicIdRead = isFound,
                IsNew = isNew,
                Config = config,
                LogStartOffset = directory.LogStartOffsets.GetValueOrDefault(partition),
                RecoveryPoint = directory.RecoveryPoints.GetValueOrDefault(partition),
                HighWatermark = directory.HighWatermarks.GetValueOrDefault(partition),
                CleanedOffset = directory.CleanedOffsets.TryGetValue(partition, out long cleanedOffset) ? cleanedOffset : null,
                IsClean = directory.WasCleanlyShutDown,
            });
            _directoryOf[partition] = directory;
            _logs[partition] = log;
            return log;
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            TakeOffline(directory, exception);
            throw;
        }
    }

    // A device without room is read from and has room again some day.
    private static bool IsFailure(Exception exception) =>
        exception is IOException and not StorageFullException or UnauthorizedAccessException;

    private LogDirectory ChooseDirectory(TopicPartition partition, Uuid directoryId)
    {
        List<LogDirectory> online = [.. Directories.Where(directory => directory.IsOnline)];
        if (online.Count == 0)
        {
            throw new IOException("No log directory is online.");
        }

        if (Directories.Count == 1)
        {
            return online[0];
        }

        string name = LogDirectoryName.Of(partition);
        return online.Find(directory => _context.Storage.DirectoryExists(Path.Combine(directory.Path, name)))
            ?? online.Find(directory => directory.DirectoryId == directoryId)
            ?? DirectoryForNew(partition, online, directoryId);
    }

    // An empty log in place of one in a directory that is offline would be taken for it, and its records for lost.
    private LogDirectory DirectoryForNew(TopicPartition partition, List<LogDirectory> online, Uuid directoryId)
    {
        if (directoryId != Uuid.Zero && online.Count < Directories.Count)
        {
            throw new IOException($"The log of {partition} is in the log directory {directoryId}, which is offline.");
        }

        Dictionary<LogDirectory, int> counts = online.ToDictionary(directory => directory, _ => 0);
        foreach (LogDirectory directory in _directoryOf.Values)
        {
            if (counts.TryGetValue(directory, out int count))
            {
                counts[directory] = count + 1;
            }
        }

        return online.MinBy(directory => counts[directory])!;
    }

    private void OnLogFailure(PartitionLog log, Exception exception)
    {
        if (_directoryOf.TryGetValue(log.TopicPartition, out LogDirectory? directory))
        {
            TakeOffline(directory, exception);
        }
    }

    // Its logs answer with storage errors from now on; the others serve on.
    private void TakeOffline(LogDirectory directory, Exception exception)
    {
        if (!directory.IsOnline)
        {
            return;
        }

        directory.Fail(exception);
        foreach ((TopicPartition partition, LogDirectory each) in _directoryOf)
        {
            if (each == directory && _logs.TryRemove(partition, out PartitionLog? log))
            {
                _directoryOf.TryRemove(partition, out _);
                _context.Later.Add(TimeSpan.Zero, log.Abandon);
            }
        }

        _context.Later.Add(TimeSpan.Zero, () => OnDirectoryOffline?.Invoke(directory));
    }
}
