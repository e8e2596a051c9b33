using Compat.Log.Checkpoints;
using Compat.Log.Storage;
using Compat.Wire;

namespace Compat.Log;

/// <summary>One of a broker's log directories.</summary>
public sealed class LogDirectory : IDisposable
{
    private readonly LogContext _context;
    private readonly Lock _checkpointLock = new();
    private readonly Dictionary<string, int> _writtenHashes = [];
    private readonly HashSet<TopicPartition> _forgotten = [];
    private IDisposable? _lock;
    private volatile Exception? _failure;

    private LogDirectory(LogContext context, string path)
    {
        _context = context;
        Path = path;
    }

    /// <summary>The path as it was configured.</summary>
    public string Path { get; }

    /// <summary>The directory's own id, from <c>meta.properties</c>.</summary>
    public Uuid DirectoryId { get; private set; }

    /// <summary>Whether it can be used. One that has failed stays offline until the broker starts again.</summary>
    public bool IsOnline => _failure is null;

    /// <summary>Why it is offline, or null.</summary>
    public Exception? Failure => _failure;

    /// <summary>Whether the last shutdown closed all its logs.</summary>
    public bool WasCleanlyShutDown { get; private set; }

    /// <summary>The broker epoch of the last clean shutdown, or null.</summary>
    public long? CleanShutdownEpoch { get; private set; }

    internal Dictionary<TopicPartition, long> RecoveryPoints { get; private set; } = [];

    internal Dictionary<TopicPartition, long> LogStartOffsets { get; private set; } = [];

    internal Dictionary<TopicPartition, long> HighWatermarks { get; private set; } = [];

    internal Dictionary<TopicPartition, long> CleanedOffsets { get; private set; } = [];

    private IStorage Storage => _context.Storage;

    /// <summary>The room on the directory's volume.</summary>
    public StorageVolume Volume() => Storage.Volume(Path);

    /// <summary>Gives the directory's lock back.</summary>
    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    /// <summary>
    /// Takes a directory into use: makes it if it is missing, locks it, checks or writes whose it is, and reads the
    /// checkpoints. One whose device fails is returned as offline.
    /// </summary>
    /// <exception cref="LogDirectoryException">Another broker uses it, or it belongs to another cluster or node.</exception>
    internal static LogDirectory Open(LogContext context, string path, LogManagerOptions options)
    {
        LogDirectory directory = new(context, path);
        try
        {
            directory.Open(options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Told by whoever opens several, which fails if this is the only one.
            directory._failure = exception;
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        return directory;
    }

    /// <summary>Takes the directory out of use.</summary>
    internal void Fail(Exception exception)
    {
        _failure ??= exception;
        TellFailure();
    }

    /// <summary>Says in the log why the directory is offline.</summary>
    internal void TellFailure() => LogMessages.DirectoryOffline(_context.Logger, Path, _failure!);

    /// <summary>
    /// Writes a checkpoint unless it says the same as the last time. One at a time from the look at the logs on: an offset that has
    /// moved must not be overwritten with what it was before.
    /// </summary>
    /// <exception cref="IOException">The device fails.</exception>
    internal void WriteCheckpoint(string fileName, Func<IReadOnlyCollection<KeyValuePair<TopicPartition, long>>> offsetsNow, bool flush)
    {
        lock (_checkpointLock)
        {
            IReadOnlyCollection<KeyValuePair<TopicPartition, long>> offsets = offsetsNow();
            HashCode hash = default;
            foreach (KeyValuePair<TopicPartition, long> entry in offsets)
            {
                hash.Add(entry);
            }

            int written = hash.ToHashCode();
            if (_writtenHashes.TryGetValue(fileName, out int before) && before == written)
            {
                return;
            }

            OffsetCheckpointFile.Write(Storage, PathOf(fileName), offsets, flush);
            _writtenHashes[fileName] = written;
        }
    }

    /// <summary>Whether a checkpoint on the device may still have an offset of a partition that has no log here.</summary>
    internal bool Remembers(TopicPartition partition) =>
        _forgotten.Contains(partition) || RecoveryPoints.ContainsKey(partition)
        || LogStartOffsets.ContainsKey(partition) || HighWatermarks.ContainsKey(partition) || CleanedOffsets.ContainsKey(partition);

    /// <summary>Forgets the offsets of a partition; the checkpoints on the device follow with their next writing.</summary>
    internal void Forget(TopicPartition partition)
    {
        RecoveryPoints.Remove(partition);
        LogStartOffsets.Remove(partition);
        HighWatermarks.Remove(partition);
        CleanedOffsets.Remove(partition);
        _forgotten.Add(partition);
    }

    /// <summary>Notes that no checkpoint on the device has a partition any more that has no log here.</summary>
    internal void Forgotten() => _forgotten.Clear();

    /// <summary>Notes that all logs were closed well.</summary>
    internal void WriteCleanShutdown(long brokerEpoch, bool flush) =>
        CleanShutdownFile.Write(Storage, PathOf(CleanShutdownFile.FileName), brokerEpoch, flush);

    /// <summary>Says again what the last stop said, when nothing has changed since; a device that fails leaves the directory as after a crash.</summary>
    internal void RestoreCleanShutdown(bool flush)
    {
        if (!WasCleanlyShutDown)
        {
            return;
        }

        try
        {
            WriteCleanShutdown(CleanShutdownEpoch ?? -1, flush);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogMessages.TaskFailed(_context.Logger, Path, exception);
        }
    }

    private string PathOf(string fileName) => System.IO.Path.Combine(Path, fileName);

    private void Open(LogManagerOptions options)
    {
        if (!Storage.DirectoryExists(Path))
        {
            Storage.CreateDirectory(Path);
            MaybeFlushName(options);
        }

        _lock = Storage.TryLock(PathOf(".lock"))
            ?? throw new LogDirectoryException($"The log directory {Path} is in use by another broker: its .lock file is locked.");
        CheckOwner(options);

        // Deleted at once and for good: if this start crashes, the next one must not take it for clean.
        WasCleanlyShutDown = Storage.FileExists(PathOf(CleanShutdownFile.FileName));
        if (WasCleanlyShutDown)
        {
            CleanShutdownEpoch = CleanShutdownFile.ReadBrokerEpoch(Storage, PathOf(CleanShutdownFile.FileName));
            Storage.DeleteFile(PathOf(CleanShutdownFile.FileName));
            if (options.FlushOnClose)
            {
                Storage.FlushDirectory(Path);
            }
        }

        RecoveryPoints = ReadCheckpoint(OffsetCheckpointFile.RecoveryPoint);
        LogStartOffsets = ReadCheckpoint(OffsetCheckpointFile.LogStartOffset);
        HighWatermarks = ReadCheckpoint(OffsetCheckpointFile.HighWatermark);
        CleanedOffsets = ReadCheckpoint(OffsetCheckpointFile.Cleaner);
    }

    // All that the directory will hold is lost with its name. Whoever may not read the parent cannot make it durable.
    private void MaybeFlushName(LogManagerOptions options)
    {
        try
        {
            if (options.FlushOnClose && System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path)) is { } parent)
            {
                Storage.FlushDirectory(parent);
            }
        }
        catch (IOException)
        {
            // The directory serves all the same.
        }
    }

    private void CheckOwner(LogManagerOptions options)
    {
        MetaProperties? found = MetaProperties.Read(Storage, Path);
        if (found?.ClusterId is { } clusterId && clusterId != options.ClusterId)
        {
            throw new LogDirectoryException($"The log directory {Path} belongs to the cluster {clusterId}, not to {options.ClusterId} (cluster.id).");
        }

        if (found?.NodeId is { } nodeId && nodeId != options.NodeId)
        {
            throw new LogDirectoryException($"The log directory {Path} belongs to the node {nodeId}, not to {options.NodeId} (node.id).");
        }

        DirectoryId = found?.DirectoryId ?? Uuid.Zero;
        if (DirectoryId == Uuid.Zero || found!.ClusterId is null || found.NodeId is null)
        {
            DirectoryId = DirectoryId == Uuid.Zero ? _context.NextUuid() : DirectoryId;
            new MetaProperties(options.ClusterId, options.NodeId, DirectoryId).Write(Storage, Path, _context.Time, options.FlushOnClose);
        }
    }

    // A damaged checkpoint costs time, not records: logs are then read from their beginning.
    private Dictionary<TopicPartition, long> ReadCheckpoint(string fileName)
    {
        if (OffsetCheckpointFile.Read(Storage, PathOf(fileName)) is { } offsets)
        {
            return offsets;
        }

        LogMessages.CheckpointDamaged(_context.Logger, PathOf(fileName));
        return [];
    }
}
