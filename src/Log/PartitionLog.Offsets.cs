using Compat.Log.Epochs;
using Compat.Log.Segments;
using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log;

/// <summary>Finding offsets by time and by leader epoch.</summary>
public sealed partial class PartitionLog
{
    /// <summary>The first offset that is in the log's files; the same as the log start offset, but for records already below it.</summary>
    public long FirstSegmentOffset => Volatile.Read(ref _segments).First.BaseOffset;

    /// <summary>The log start offset and the epoch of its record, as ListOffsets answers EARLIEST and EARLIEST_LOCAL.</summary>
    public OffsetByTimestamp EarliestOffset()
    {
        long start = LogStartOffset;
        int epoch = _epochs.Earliest is { } earliest && earliest.StartOffset <= start ? earliest.Epoch : RecordBatch.NoPartitionLeaderEpoch;
        return new OffsetByTimestamp(RecordBatch.NoTimestamp, start, epoch);
    }

    /// <summary>
    /// The first record at or after a time, exactly: the batch that holds it is read. Null when there is none.
    /// </summary>
    /// <param name="timestamp">ms since 1970.</param>
    /// <exception cref="IOException">The device fails.</exception>
    public OffsetByTimestamp? OffsetForTimestamp(long timestamp)
    {
        SegmentList segments = Volatile.Read(ref _segments);
        long start = LogStartOffset;
        for (int index = 0; index < segments.Count; index++)
        {
            Segment segment = segments[index];
            if (segment.Maximum.Timestamp >= timestamp && FirstAtOrAfter(segment, timestamp, start) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>
    /// The first record with the greatest timestamp of the log's files; null when there are no records. As in Kafka it
    /// may lie below the log start offset as long as its segment is there.
    /// </summary>
    /// <exception cref="IOException">The device fails.</exception>
    public OffsetByTimestamp? OffsetOfMaxTimestamp()
    {
        Segment? latest = null;
        foreach (Segment segment in Volatile.Read(ref _segments).AsSpan())
        {
            latest = latest is null || segment.Maximum.Timestamp > latest.Maximum.Timestamp ? segment : latest;
        }

        TimestampOffset maximum = latest!.Maximum;
        return maximum.Timestamp < 0 ? null : FirstInBatches(latest, maximum.Offset, maximum.Timestamp, start: 0);
    }

    /// <summary>Where the records of a leader epoch end (KIP-101).</summary>
    public EpochEndOffset EndOffsetForEpoch(int leaderEpoch) => _epochs.EndOffsetFor(leaderEpoch, LogEndOffset);

    /// <summary>The leader epoch of the record at an offset, -1 when it is not known.</summary>
    public int EpochForOffset(long offset) => _epochs.EpochFor(offset);

    // The time index says up to which offset all timestamps are below; from there on batches are looked at.
    private static OffsetByTimestamp? FirstAtOrAfter(Segment segment, long timestamp, long start) =>
        FirstInBatches(segment, Math.Max(segment.OffsetBelowTimestamp(timestamp), start), timestamp, start);

    private static OffsetByTimestamp? FirstInBatches(Segment segment, long fromOffset, long timestamp, long start)
    {
        int size = segment.Size;
        if (size == 0)
        {
            return null;
        }

        SharedFile file = segment.Acquire();
        try
        {
            // Headers first: a batch is read whole only when it holds the answer.
            Span<byte> buffer = stackalloc byte[BatchHeaderScanner.BufferSize];
            BatchHeaderScanner scanner = new(file.File, segment.StartOfSearch(fromOffset, size), size, buffer);
            while (scanner.MoveNext() || TryPassDamage(segment, file.File, size, buffer, ref scanner))
            {
                if (scanner.Current.MaxTimestamp < timestamp || scanner.Current.LastOffset < start)
                {
                    continue;
                }

                using BatchReader reader = new(file.File, scanner.Position, scanner.NextPosition);
                if (reader.MoveNext() && FirstInBatch(reader.Current, timestamp, start) is { } found)
                {
                    return found;
                }
            }

            return null;
        }
        finally
        {
            file.Release();
        }
    }

    private static bool TryPassDamage(Segment segment, IStorageFile file, int size, Span<byte> buffer, scoped ref BatchHeaderScanner scanner)
    {
        long next = scanner.NextPosition == 0 ? segment.BaseOffset : scanner.Current.NextOffset;
        if (scanner.NextPosition >= size || segment.DamageAt(file, scanner.NextPosition, next, size) is not { } damage)
        {
            return false;
        }

        scanner = new BatchHeaderScanner(file, damage.End, size, buffer);
        return scanner.MoveNext();
    }

    private static OffsetByTimestamp? FirstInBatch(in RecordBatch batch, long timestamp, long start)
    {
        foreach (Record record in batch.Records())
        {
            if (record.Timestamp >= timestamp && record.Offset >= start)
            {
                return new OffsetByTimestamp(record.Timestamp, record.Offset, batch.PartitionLeaderEpoch);
            }
        }

        return null;
    }
}
