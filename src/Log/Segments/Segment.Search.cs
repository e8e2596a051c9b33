using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>Finding a batch by offset.</summary>
internal sealed partial class Segment
{
    /// <summary>Finds the first batch that holds an offset or comes after it.</summary>
    /// <param name="file">The segment's file.</param>
    /// <param name="offset">The offset.</param>
    /// <param name="end">Where to stop looking: a position at which a batch ends.</param>
    /// <param name="position">Where the batch begins; where the damage does, when the offset lies in damage.</param>
    /// <param name="size">Its size in bytes; 0 for damage.</param>
    /// <returns>False when all batches before <paramref name="end"/> lie before the offset.</returns>
    public bool TryFindBatch(IStorageFile file, long offset, int end, out int position, out int size)
    {
        Span<byte> buffer = stackalloc byte[BatchHeaderScanner.BufferSize];
        BatchHeaderScanner scanner = new(file, StartOfSearch(offset, end), end, buffer);
        long next = BaseOffset;
        while (true)
        {
            while (scanner.MoveNext())
            {
                if (scanner.Current.LastOffset >= offset)
                {
                    position = scanner.Position;
                    size = (int)scanner.Current.SizeInBytes;
                    return true;
                }

                next = scanner.Current.NextOffset;
            }

            size = 0;
            position = scanner.NextPosition;
            if (position == end || DamageAt(file, position, next, end) is not { } damage)
            {
                return false;
            }

            if (offset < damage.ToOffset)
            {
                return true;
            }

            scanner = new BatchHeaderScanner(file, damage.End, end, buffer);
        }
    }

    /// <summary>A walk through the batches from the one that holds an offset on; batches before it may come first.</summary>
    /// <param name="fromOffset">The offset.</param>
    /// <param name="end">Where to stop: a position at which a batch ends.</param>
    /// <param name="chunkBytes">What is read at once.</param>
    /// <exception cref="ObjectDisposedException">The segment was closed.</exception>
    public BatchReader OpenReader(long fromOffset, int end, int chunkBytes = BatchReader.ChunkBytes)
    {
        SharedFile file = Acquire();
        try
        {
            return new BatchReader(file.File, StartOfSearch(fromOffset, end), end, chunkBytes, file.Release);
        }
        catch
        {
            file.Release();
            throw;
        }
    }

    /// <summary>Where a batch that was appended lately and begins with this very offset is; no file is read.</summary>
    public bool TryFindInTail(long offset, out int position)
    {
        position = 0;
        return _tail is { } tail
            && tail.TryFind(offset - BaseOffset, out int found, out position)
            && found == offset - BaseOffset;
    }

    /// <summary>A position at which a batch begins, at or before the one that holds an offset.</summary>
    public int StartOfSearch(long offset, int end)
    {
        int position = 0;
        IndexEntry entry = OffsetIndex.Lookup(offset);
        if (OffsetIndex.IsInMemory)
        {
            position = entry.Position < end ? entry.Position : 0;
        }
        else if (entry.IsEntry ? !IsTrue(entry) : !OffsetIndex.FileExists || (_size > MaxBytesWithoutEntry && OffsetIndex.Last() is null))
        {
            position = RepairedPosition(offset);
        }
        else
        {
            position = entry.Position < end ? entry.Position : 0;
        }

        if (_tail is { } tail && tail.TryFind(offset - BaseOffset, out _, out int inTail) && inTail > position && inTail < end)
        {
            position = inTail;
        }

        return PastDamage(position, offset);
    }

    /// <summary>
    /// The offset up to which all timestamps lie below one, by the time index; the base offset when it says nothing. An
    /// index file that contradicts the records is made anew.
    /// </summary>
    public long OffsetBelowTimestamp(long timestamp)
    {
        TimestampOffset entry = TimeIndex.Lookup(timestamp - 1);
        if (!TimeIndex.IsInMemory && !IsTrue(entry))
        {
            Repair();
            entry = TimeIndex.Lookup(timestamp - 1);
        }

        return entry.Offset;
    }

    /// <summary>
    /// The time that retention goes by, checked against the records when it comes from a file: records are not deleted on
    /// the word of an index alone.
    /// </summary>
    public long ConfirmedRetentionTimestamp()
    {
        if (!TimeIndex.IsInMemory && !IsTrue(Maximum))
        {
            Repair();
        }

        return RetentionTimestamp;
    }

    /// <summary>
    /// The offset after the segment's last batch, found by reading only its end; the base offset when it is empty.
    /// </summary>
    /// <returns>False when the file does not end with a whole batch, so that it has to be recovered.</returns>
    public bool TryReadNextOffset(out long nextOffset)
    {
        nextOffset = BaseOffset;
        if (Size == 0)
        {
            return true;
        }

        IndexEntry? last = HasNoIndexEntries && !OffsetIndex.IsInMemory ? null : OffsetIndex.Last();
        int from = last is { } entry && IsTrue(entry) ? entry.Position : 0;
        long next = BaseOffset;
        int end = ScanHeaders(from, (header, _) => next = header.NextOffset);
        nextOffset = next;
        return end == Size;
    }

    // The index file contradicts the records, which are right.
    private int RepairedPosition(long offset)
    {
        Repair();
        return OffsetIndex.Lookup(offset).Position;
    }

    private void Repair()
    {
        lock (_indexLock)
        {
            if (!OffsetIndex.IsInMemory)
            {
                RebuildIndexes();
            }
        }
    }

    // The batch at the offset of an entry has the entry's time.
    private bool IsTrue(TimestampOffset entry)
    {
        if (entry.Timestamp == RecordBatch.NoTimestamp)
        {
            return true;
        }

        SharedFile file = Acquire();
        try
        {
            if (entry.Offset < BaseOffset || !TryFindBatch(file.File, entry.Offset, Size, out int position, out _))
            {
                return false;
            }

            Span<byte> header = stackalloc byte[RecordBatch.HeaderSize];
            file.File.Read(header, position);
            return RecordBatchHeader.Read(header).MaxTimestamp == entry.Timestamp;
        }
        finally
        {
            file.Release();
        }
    }
}
