using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>The life of the indexes: in memory while the segment is active, in files afterwards, rebuilt when they are of no use.</summary>
internal sealed partial class Segment
{
    // What an index that is rebuilt outside of recovery goes by; Kafka's default for index.interval.bytes.
    private const int RebuildIntervalBytes = 4096;

    // A segment as large as this whose index file has no entries has lost them.
    private const int MaxBytesWithoutEntry = 1 << 20;

    private readonly Lock _indexLock = new();

    /// <summary>The greatest timestamp of the first batch, ms; no timestamp when there is none.</summary>
    public long RollingTimestamp => _rollingTimestamp >= 0 || _size == 0 ? _rollingTimestamp : _rollingTimestamp = ReadFirstTimestamp();

    /// <summary>Whether the segment was appended to since its indexes were last written.</summary>
    public bool HasUnwrittenIndexes => _size > 0 && OffsetIndex.IsInMemory;

    /// <summary>Starts both indexes anew in memory; for a segment that is empty or about to be read from its beginning.</summary>
    public void ResetIndexes()
    {
        OffsetIndex.Reset();
        TimeIndex.Reset();
        _bytesSinceIndexEntry = 0;
        _tail?.Clear();
        _rollingTimestamp = RecordBatch.NoTimestamp;
        Volatile.Write(ref _maximum, new MaximumTimestamp(new TimestampOffset(RecordBatch.NoTimestamp, BaseOffset)));
    }

    /// <summary>Adds a batch that is in the file already; recovery calls it for each after <see cref="ResetIndexes"/>.</summary>
    public void Reindex(in RecordBatchHeader header, int position, int indexIntervalBytes) => Index(header, position, indexIntervalBytes);

    /// <summary>Brings the indexes into memory, so that the segment can be appended to.</summary>
    public void EnsureIndexesLoaded()
    {
        if (OffsetIndex.IsInMemory && TimeIndex.IsInMemory)
        {
            return;
        }

        lock (_indexLock)
        {
            if (OffsetIndex.IsInMemory && TimeIndex.IsInMemory)
            {
                return;
            }

            if (!OffsetIndex.FileExists || !TimeIndex.FileExists || !OffsetIndex.TryLoad() || !TimeIndex.TryLoad())
            {
                RebuildIndexes();
                return;
            }

            IndexEntry? last = OffsetIndex.Last();
            if (last is { } entry ? !IsTrue(entry) : _size > MaxBytesWithoutEntry)
            {
                RebuildIndexes();
                return;
            }

            _bytesSinceIndexEntry = _size - (last?.Position ?? 0);
        }
    }

    /// <summary>
    /// Writes the indexes to their files, with the greatest timestamp as the time index's last entry: what is known of a
    /// segment that is no longer active is in its files.
    /// </summary>
    public void PersistIndexes()
    {
        if (!OffsetIndex.IsInMemory || _size == 0)
        {
            return;
        }

        TimeIndex.MaybeAppend(Maximum);
        OffsetIndex.Persist(flush: false);
        TimeIndex.Persist(flush: false);
    }

    /// <summary>The segment is no longer appended to: its indexes go to their files and out of memory.</summary>
    public void OnBecomeInactive()
    {
        PersistIndexes();
        if (_size > 0)
        {
            OffsetIndex.Unload();
            TimeIndex.Unload();
        }

        _tail = null;
    }

    /// <summary>Makes the segment durable: its records, and unless it is still appended to its indexes.</summary>
    public void Flush(bool withIndexes)
    {
        SharedFile file = Acquire();
        try
        {
            file.File.Flush();
        }
        finally
        {
            file.Release();
        }

        TransactionIndex.Flush();
        if (withIndexes)
        {
            FlushIndexes();
        }
    }

    /// <summary>Makes the index files durable, as far as there are any.</summary>
    public void FlushIndexes()
    {
        OffsetIndex.FlushFile();
        TimeIndex.FlushFile();
    }

    /// <summary>
    /// Where the batch that holds an offset, or else the first one after it, begins and with which offset; the end of the
    /// segment when there is none.
    /// </summary>
    public (int Position, long BaseOffset) FindCut(long offset)
    {
        if (_size == 0)
        {
            return (0, offset);
        }

        SharedFile file = Acquire();
        try
        {
            if (!TryFindBatch(file.File, offset, _size, out int position, out int size))
            {
                return (_size, offset);
            }

            if (size == 0)
            {
                return (position, DamageAt(file.File, position, BaseOffset, _size)?.FromOffset ?? offset);
            }

            Span<byte> header = stackalloc byte[RecordBatch.HeaderSize];
            file.File.Read(header, position);
            return (position, RecordBatchHeader.Read(header).BaseOffset);
        }
        finally
        {
            file.Release();
        }
    }

    /// <summary>Cuts the segment off at a position where a batch with this offset begins, and goes on being appended to.</summary>
    public void CutAt(long offset, int position)
    {
        EnsureIndexesLoaded();
        if (position == _size)
        {
            return;
        }

        Volatile.Write(ref _size, position);
        SharedFile file = Acquire();
        try
        {
            file.File.Truncate(position);
        }
        finally
        {
            file.Release();
        }

        ForgetDamage();
        TransactionIndex.TruncateTo(offset);
        TruncateIndexes(offset);
    }

    // What remains of the time index may miss the timestamps after its last entry, so these are read again.
    private void TruncateIndexes(long offset)
    {
        _tail?.Clear();
        OffsetIndex.TruncateTo(offset);
        TimeIndex.TruncateTo(offset);
        if (_size == 0)
        {
            CreatedMs = _context.NowMs;
            ResetIndexes();
            return;
        }

        TimestampOffset maximum = TimeIndex.Last;
        int from = OffsetIndex.Lookup(maximum.Offset).Position;
        ScanHeaders(from, (header, _) =>
        {
            if (header.MaxTimestamp > maximum.Timestamp)
            {
                maximum = new TimestampOffset(header.MaxTimestamp, header.LastOffset);
            }
        });
        Volatile.Write(ref _maximum, new MaximumTimestamp(maximum));
        _bytesSinceIndexEntry = _size - (OffsetIndex.Last()?.Position ?? 0);
    }

    private void RebuildIndexes()
    {
        _context.OnIndexRebuilt(this);
        ResetIndexes();
        long next = BaseOffset;
        for (int position = 0; position < _size;)
        {
            position = ScanHeaders(position, (header, at) =>
            {
                Index(header, at, RebuildIntervalBytes);
                next = header.NextOffset;
            });
            position = position < _size ? BehindDamage(position, next) : position;
        }

        try
        {
            PersistIndexes();
        }
        catch (StorageFullException)
        {
            // Reading goes on with what is in memory, and a start without the files makes them anew.
        }
    }

    // What lies behind damage gets an entry of its own, so that it is found without passing the damage.
    private int BehindDamage(int position, long nextOffset)
    {
        _bytesSinceIndexEntry = int.MaxValue;
        return DamageAt(position, nextOffset, _size)?.End ?? _size;
    }

    private bool IsTrue(IndexEntry entry)
    {
        bool isTrue = false;
        if (entry.Position >= 0 && entry.Position < _size)
        {
            ScanHeaders(entry.Position, (header, _) => isTrue = header.LastOffset == entry.Offset, entry.Position + 1);
        }

        return isTrue;
    }

    // Calls back for each batch that begins before a position; returns where the last of them ends.
    private int ScanHeaders(int from, Action<RecordBatchHeader, int> onBatch, int startsBefore = int.MaxValue)
    {
        SharedFile file = Acquire();
        try
        {
            BatchHeaderScanner scanner = new(file.File, from, _size, stackalloc byte[BatchHeaderScanner.BufferSize]);
            while (scanner.NextPosition < startsBefore && scanner.MoveNext())
            {
                onBatch(scanner.Current, scanner.Position);
            }

            return scanner.NextPosition;
        }
        finally
        {
            file.Release();
        }
    }

    private long ReadFirstTimestamp()
    {
        long timestamp = RecordBatch.NoTimestamp;
        ScanHeaders(0, (header, _) => timestamp = header.MaxTimestamp, startsBefore: 1);
        return timestamp;
    }
}
