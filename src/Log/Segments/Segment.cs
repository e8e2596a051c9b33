using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>
/// A stretch of a log in one file, with its indexes. Only the last segment of a log is appended to; the log's lock covers
/// every member that changes it. Reading needs no lock.
/// </summary>
internal sealed partial class Segment
{
    private readonly LogContext _context;
    private readonly SegmentFiles _files;
    private SharedFile? _file;
    private bool _isClosed;
    private int _size;
    private int _bytesSinceIndexEntry;
    private TailPositions? _tail;
    private long _rollingTimestamp = RecordBatch.NoTimestamp;
    private MaximumTimestamp? _maximum;

    /// <summary>Describes a segment; no file is opened or created before it is needed.</summary>
    /// <param name="context">What all logs share.</param>
    /// <param name="folder">The partition's directory.</param>
    /// <param name="baseOffset">The least offset the segment may hold.</param>
    /// <param name="size">The bytes already in its file.</param>
    /// <param name="hasTransactionIndex">Whether there may be a transaction index.</param>
    /// <param name="isNew">Whether no file of the segment exists yet.</param>
    /// <param name="suffix">What the names of its files end with until <see cref="RenameFiles"/>.</param>
    public Segment(LogContext context, LogFolder folder, long baseOffset, int size, bool hasTransactionIndex, bool isNew, string suffix = "")
    {
        _context = context;
        _files = new SegmentFiles(context.Storage, folder, baseOffset, suffix);
        _size = size;
        CreatedMs = context.NowMs;
        OffsetIndex = new OffsetIndex(_files);
        TimeIndex = new TimeIndex(_files);
        TransactionIndex = new TransactionIndex(_files, hasTransactionIndex);
        if (isNew)
        {
            ResetIndexes();
        }
    }

    /// <summary>The least offset the segment may hold; its files are named by it.</summary>
    public long BaseOffset => _files.BaseOffset;

    /// <summary>The bytes of whole batches in the file.</summary>
    public int Size => Volatile.Read(ref _size);

    /// <summary>When the segment was made or opened, wall clock ms.</summary>
    public long CreatedMs { get; private set; }

    /// <summary>What is taken off <c>segment.ms</c> so that segments of many logs do not roll at once, ms.</summary>
    public long RollJitterMs { get; init; }

    /// <summary>Whether the offset index is known to have a file without entries, which then need not be opened.</summary>
    public bool HasNoIndexEntries { get; init; }

    /// <summary>Where batches begin, by offset.</summary>
    public OffsetIndex OffsetIndex { get; }

    /// <summary>Offsets by time.</summary>
    public TimeIndex TimeIndex { get; }

    /// <summary>The transactions that markers of this segment aborted.</summary>
    public TransactionIndex TransactionIndex { get; }

    /// <summary>When the file was last written, wall clock ms.</summary>
    public long LastModifiedMs => _files.LastModifiedMs(LogFileNames.LogSuffix);

    /// <summary>The time that retention goes by: the greatest timestamp, or the last write when there are none.</summary>
    public long RetentionTimestamp => Maximum.Timestamp >= 0 ? Maximum.Timestamp : LastModifiedMs;

    /// <summary>The greatest timestamp and the last offset of the batch that has it; no timestamp when the segment has none.</summary>
    public TimestampOffset Maximum => (Volatile.Read(ref _maximum) ?? LoadMaximum()).Value;

    /// <summary>
    /// Appends whole batches whose offsets are set. On an error the segment is as before; what reached the file lies
    /// beyond its end and is overwritten by the next append.
    /// </summary>
    public void Append(ReadOnlyMemory<byte> batches, LogConfig config)
    {
        EnsureIndexesLoaded();
        SharedFile file = Acquire(config.Preallocate ? config.SegmentBytes : 0);
        int position = _size;
        try
        {
            file.File.Write(batches.Span, position);
        }
        catch (StorageFullException)
        {
            // What did reach the file takes room and would be a torn end after a crash.
            file.File.Truncate(position);
            throw;
        }
        finally
        {
            file.Release();
        }

        foreach (RecordBatch batch in new RecordBatches(batches))
        {
            Index(batch.Header, position, config.IndexIntervalBytes);
            position += batch.SizeInBytes;
        }

        Volatile.Write(ref _size, position);
    }

    /// <summary>Whether a batch of this size, time and offset has to go into a new segment.</summary>
    public bool ShouldRoll(int bytes, long maxTimestamp, long maxOffset, LogConfig config)
    {
        if (_size == 0)
        {
            return maxOffset - BaseOffset > int.MaxValue;
        }

        EnsureIndexesLoaded();
        long waited = RollingTimestamp >= 0 ? maxTimestamp - RollingTimestamp : _context.NowMs - CreatedMs;
        return _size > config.SegmentBytes - bytes
            || waited > config.MaxSegmentMs - RollJitterMs
            || OffsetIndex.IsFull(config.SegmentIndexBytes)
            || TimeIndex.IsFull(config.SegmentIndexBytes)
            || maxOffset - BaseOffset > int.MaxValue;
    }

    /// <summary>Puts the file in place even though nothing was written, so that a start knows where the log goes on.</summary>
    public void CreateFile(LogConfig config) => Acquire(config.Preallocate ? config.SegmentBytes : 0).Release();

    /// <summary>The open file with one more user, who has to release it.</summary>
    /// <param name="preallocationBytes">Bytes to reserve if the file is created by this.</param>
    /// <exception cref="ObjectDisposedException">The segment was closed.</exception>
    public SharedFile Acquire(long preallocationBytes = 0)
    {
        SharedFile? file = Volatile.Read(ref _file);
        if (file is null)
        {
            lock (_files.Lock)
            {
                ObjectDisposedException.ThrowIf(_isClosed, this);
                file = _file ??= Open(preallocationBytes);
            }
        }

        ObjectDisposedException.ThrowIf(!file.TryAcquire(), this);
        return file;
    }

    /// <summary>Closes the file once nobody reads it any more. Nothing is written.</summary>
    public void CloseFile()
    {
        lock (_files.Lock)
        {
            _isClosed = true;
            _file?.Release();
            Volatile.Write(ref _file, null);
        }
    }

    /// <summary>Deletes files that are in the way of a segment that begins: what a failed attempt left.</summary>
    public void DeleteLeftovers() => _files.DeleteAll();

    /// <summary>Gives all files of the segment another suffix: to put them in place, or out of the way until they are deleted.</summary>
    public void RenameFiles(string newSuffix) => _files.Rename(newSuffix);

    /// <summary>Deletes all files of the segment and closes it.</summary>
    public void DeleteFiles()
    {
        CloseFile();
        _files.DeleteAll();
    }

    public override string ToString() => $"{_files} ({Size} bytes)";

    // A reader must not create anew what has just been deleted.
    private SharedFile Open(long preallocationBytes) => new(_size > 0
        ? _files.Open(LogFileNames.LogSuffix)
        : _files.OpenOrCreate(LogFileNames.LogSuffix, preallocationBytes));

    private void Index(in RecordBatchHeader header, int position, int indexIntervalBytes)
    {
        if (position == 0)
        {
            _rollingTimestamp = header.MaxTimestamp;
        }

        if (header.MaxTimestamp > Maximum.Timestamp)
        {
            Volatile.Write(ref _maximum, new MaximumTimestamp(new TimestampOffset(header.MaxTimestamp, header.LastOffset)));
        }

        if (_bytesSinceIndexEntry > indexIntervalBytes)
        {
            OffsetIndex.Append(header.LastOffset, position);
            TimeIndex.MaybeAppend(Maximum);
            _bytesSinceIndexEntry = 0;
        }

        _bytesSinceIndexEntry += (int)header.SizeInBytes;
        (_tail ??= new TailPositions()).Add((int)(header.BaseOffset - BaseOffset), position);
    }

    private MaximumTimestamp LoadMaximum()
    {
        // A time index ends with the greatest timestamp, unless no record has one. Without an entry it is lost.
        if (_size > 0 && !TimeIndex.IsInMemory && TimeIndex.Last.Timestamp == RecordBatch.NoTimestamp)
        {
            Repair();
        }

        MaximumTimestamp loaded = new(TimeIndex.Last);
        return Interlocked.CompareExchange(ref _maximum, loaded, null) ?? loaded;
    }

    // A class, because readers without a lock must see both halves of the same pair.
    private sealed class MaximumTimestamp(TimestampOffset value)
    {
        public TimestampOffset Value { get; } = value;
    }
}
