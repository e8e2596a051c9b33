using Compat.Log.Configuration;
using Compat.Log.Epochs;
using Compat.Log.Loading;
using Compat.Log.Producers;
using Compat.Log.Segments;
using Compat.Wire;

namespace Compat.Log;

/// <summary>
/// The log of one partition: batches appended at the end and read by offset, in segments in a directory of its own.
/// Always <c>LogStartOffset &lt;= LastStableOffset &lt;= HighWatermark &lt;= LogEndOffset</c>.
/// </summary>
/// <remarks>
/// Safe for any number of threads. Everything that changes the log holds its lock; reading takes no lock, because what
/// readers look at (end, high watermark, segments, indexes) is published whole. The end is published last, after the
/// records are in the file, and the high watermark never passes it.
/// </remarks>
public sealed partial class PartitionLog
{
    private readonly LogContext _context;
    private readonly LogFolder _folder;
    private readonly Lock _lock = new();

    // Held around the other one while segments other than the active one are taken away or replaced, which can take long.
    private readonly Lock _maintenanceLock = new();
    private readonly LeaderEpochCache _epochs;
    private readonly ProducerStates _producers;
    private readonly ProducerSnapshots _snapshots;

    // Published whole and read without the lock.
    private SegmentList _segments;
    private LogOffsetMetadata _end;
    private LogOffsetMetadata _highWatermark;
    private LogOffsetMetadata? _firstUnstable;
    private long _logStartOffset;
    private long _recoveryPoint;
    private long _cleanedOffset;
    private LogConfig _config;
    private bool _isClosed;
    private bool _isFailed;

    internal PartitionLog(LogContext context, LogFolder folder, LoadedLog loaded)
    {
        _context = context;
        _folder = folder;
        TopicPartition = loaded.TopicPartition;
        TopicId = loaded.TopicId;
        _config = loaded.Config;
        _epochs = loaded.Epochs;
        _producers = loaded.Producers;
        _snapshots = loaded.Snapshots;
        _segments = new SegmentList(loaded.Segments);
        _logStartOffset = Math.Max(loaded.LogStartOffset, _segments.First.BaseOffset);
        _recoveryPoint = Math.Max(loaded.RecoveryPoint, _logStartOffset);
        _cleanedOffset = loaded.CleanedOffset ?? NeverCleaned;
        _end = new LogOffsetMetadata(loaded.NextOffset, _segments.Active.BaseOffset, _segments.Active.Size);
        _highWatermark = loaded.HighWatermark >= loaded.NextOffset
            ? _end
            : new LogOffsetMetadata(Math.Max(loaded.HighWatermark, _logStartOffset));
        _producers.OnHighWatermark(_highWatermark.Offset);
        UpdateFirstUnstable();
        if (_recoveryPoint < _end.Offset)
        {
            ScheduleFlush();
        }
    }

    /// <summary>Opens the log in a directory; one is made when the directory is missing or empty.</summary>
    /// <param name="context">What all logs of a broker share.</param>
    /// <param name="directory">The directory of this partition alone.</param>
    /// <param name="options">What is known of it from elsewhere.</param>
    /// <exception cref="IOException">The device fails, or the directory holds what cannot be read.</exception>
    public static PartitionLog Open(LogContext context, string directory, LogLoadOptions options)
    {
        LogFolder folder = new(directory);
        return new PartitionLog(context, folder, LogLoader.Load(context, folder, options));
    }

    /// <summary>Whose log it is.</summary>
    public TopicPartition TopicPartition { get; }

    /// <summary>The topic's id; zero when the directory does not say.</summary>
    public Uuid TopicId { get; private set; }

    /// <summary>The directory, which is moved aside when the log is deleted.</summary>
    public string DirectoryPath => _folder.Path;

    /// <summary>The first offset that may be read. Records below it are gone or going.</summary>
    public long LogStartOffset => Volatile.Read(ref _logStartOffset);

    /// <summary>The offset that the next record will get.</summary>
    public long LogEndOffset => Volatile.Read(ref _end).Offset;

    /// <summary>The offset below which no record can be lost any more; consumers see what is below it.</summary>
    public long HighWatermark => Volatile.Read(ref _highWatermark).Offset;

    /// <summary>The offset below which every record is committed or aborted; at most the high watermark.</summary>
    public long LastStableOffset
    {
        get
        {
            // The high watermark first. The other way round a transaction could begin, and the high watermark pass its
            // first record, between the two.
            long highWatermark = HighWatermark;
            LogOffsetMetadata? unstable = Volatile.Read(ref _firstUnstable);
            return unstable is not null && unstable.Offset < highWatermark ? unstable.Offset : highWatermark;
        }
    }

    /// <summary>The offset up to which the log is known to be on the device; a start after a crash reads what is above.</summary>
    public long RecoveryPoint => Volatile.Read(ref _recoveryPoint);

    /// <summary>The bytes of all segments, without indexes.</summary>
    public long Size => Volatile.Read(ref _segments).Size;

    /// <summary>The number of segments, at least 1.</summary>
    public int SegmentCount => Volatile.Read(ref _segments).Count;

    /// <summary>The latest leader epoch that has an offset in this log, or -1.</summary>
    public int LatestEpoch => _epochs.Latest;

    /// <summary>Where the records of each leader epoch begin, in ascending order.</summary>
    public IReadOnlyList<EpochEntry> Epochs => _epochs.Entries;

    /// <summary>Whether the log was closed or deleted; it refuses everything then.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>
    /// Whether the device failed under this log, so that nothing more is written to it: what is in its files is known no
    /// longer. A full device is no failure.
    /// </summary>
    public bool IsFailed => Volatile.Read(ref _isFailed);

    /// <summary>The settings in force; a new value counts from the next append or retention check on.</summary>
    public LogConfig Config
    {
        get => Volatile.Read(ref _config);
        set => Volatile.Write(ref _config, value);
    }

    /// <summary>
    /// Moves the high watermark up, never beyond the end of the log or what may be acknowledged, and never down. If a flush
    /// has to come first it is asked for, and <see cref="OnFlushed"/> is the time to try again.
    /// </summary>
    /// <param name="offset">The offset below which all in-sync replicas have every record.</param>
    /// <returns>Whether it moved.</returns>
    public bool AdvanceHighWatermark(long offset)
    {
        long acknowledgeable = AcknowledgeableOffset;
        if (offset > acknowledgeable)
        {
            RequestFlush();
            offset = acknowledgeable;
        }

        // Nearly every call of a partition without followers that has moved already.
        if (offset <= HighWatermark)
        {
            return false;
        }

        lock (_lock)
        {
            LogOffsetMetadata end = _end;
            LogOffsetMetadata next = offset >= end.Offset ? end : new LogOffsetMetadata(offset);
            if (next.Offset <= _highWatermark.Offset)
            {
                return false;
            }

            SetHighWatermark(next);
            return true;
        }
    }

    /// <summary>Notes that a leader of this epoch begins at the end of the log (KIP-101).</summary>
    public void AssignEpoch(int leaderEpoch)
    {
        lock (_lock)
        {
            _epochs.Assign(leaderEpoch, LogEndOffset);
        }
    }

    /// <summary>What is known of each producer that has appended with an id and has not expired.</summary>
    public List<ProducerDescription> ActiveProducers()
    {
        lock (_lock)
        {
            return [.. _producers.Producers.Select(ProducerDescription.Of)];
        }
    }

    /// <summary>Forgets producers that have appended nothing for <c>producer.id.expiration.ms</c>.</summary>
    public void RemoveExpiredProducers()
    {
        lock (_lock)
        {
            _producers.RemoveExpired(_context.NowMs, _context.ProducerIdExpirationMs);
        }
    }

    /// <summary>Name, directory and offsets, for log lines.</summary>
    public override string ToString() =>
        $"{TopicPartition} in {_folder} [{LogStartOffset}, {LogEndOffset}), high watermark {HighWatermark}";

    // The lock is held, or the log is not public yet.
    private void SetHighWatermark(LogOffsetMetadata metadata)
    {
        // First the high watermark, then the transactions it decides: a reader in between sees the older, lower last stable offset.
        Volatile.Write(ref _highWatermark, metadata);
        _producers.OnHighWatermark(metadata.Offset);
        UpdateFirstUnstable();
    }

    private void UpdateFirstUnstable()
    {
        long offset = _producers.FirstUnstableOffset;
        if (offset < 0)
        {
            Volatile.Write(ref _firstUnstable, null);
        }
        else if (_firstUnstable?.Offset != Math.Max(offset, _logStartOffset))
        {
            Volatile.Write(ref _firstUnstable, new LogOffsetMetadata(Math.Max(offset, _logStartOffset)));
        }
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(IsClosed, this);
}
