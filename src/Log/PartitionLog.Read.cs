using Compat.Log.Segments;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log;

/// <summary>Reading.</summary>
public sealed partial class PartitionLog
{
    /// <summary>Reads whole batches from the one that holds an offset on.</summary>
    /// <param name="offset">The offset of the first record wanted; the batch that holds it may begin before it.</param>
    /// <param name="maxBytes">The most bytes wanted. The last batch may be cut off by it, as in Kafka.</param>
    /// <param name="isolation">Up to where to read.</param>
    /// <param name="minOneBatch">Whether the first batch is returned even when it alone is larger than wanted.</param>
    /// <returns>
    /// OffsetOutOfRange for an offset below the log start or above the log end; CorruptMessage for one whose record is
    /// damaged, because the reader has to decide to pass it over; no records, without an error, when there
    /// are none below the bound of the isolation.
    /// </returns>
    public LogReadResult Read(long offset, int maxBytes, FetchIsolation isolation, bool minOneBatch)
    {
        try
        {
            return ReadTwice(offset, maxBytes, isolation, minOneBatch);
        }
        catch (LogDamagedException)
        {
            return Result(ErrorCode.CorruptMessage, RecordsPayload.Empty, Volatile.Read(ref _end), null);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            LogMessages.ReadFailed(_context.Logger, TopicPartition, _folder.Path, exception);
            return Result(ErrorCode.KafkaStorageError, RecordsPayload.Empty, Volatile.Read(ref _end), null);
        }
    }

    /// <summary>
    /// Walks all batches from the one that holds an offset on, up to the end of the log as it is when the walk begins. A
    /// batch is valid until the next one is asked for. For replaying a log. Damaged bytes are left out, with a message that
    /// names the offsets.
    /// </summary>
    /// <exception cref="IOException">The device fails.</exception>
    public IEnumerable<RecordBatch> ReadBatches(long fromOffset)
    {
        ThrowIfClosed();
        LogOffsetMetadata end = Volatile.Read(ref _end);
        long next = fromOffset;
        while (NextToWalk(next, end) is { } walked)
        {
            long read = next;
            DamagedRange? damage = null;
            using (walked.Reader)
            {
                while (walked.Reader.MoveNext() && walked.Reader.Current.BaseOffset < end.Offset)
                {
                    read = walked.Reader.Current.NextOffset;
                    if (walked.Reader.Current.LastOffset >= next)
                    {
                        yield return walked.Reader.Current;
                    }
                }

                if (walked.Reader.Problem is not null)
                {
                    damage = walked.Segment.DamageAt(walked.Reader.NextPosition, read, walked.Reader.End);
                }
            }

            // Behind the damage there is progress: the next search begins there.
            next = Math.Min(damage?.ToOffset ?? walked.NextOffset, walked.NextOffset);
        }
    }

    // The list is taken again for each segment, because compaction may replace the segments that are left.
    private WalkedSegment? NextToWalk(long next, LogOffsetMetadata end)
    {
        while (next < end.Offset)
        {
            SegmentList segments = Segments;
            int index = Math.Max(0, segments.FloorIndex(next));
            long nextOffset = index + 1 < segments.Count ? Math.Min(segments[index + 1].BaseOffset, end.Offset) : end.Offset;
            int limit = LimitOf(segments[index], end);
            try
            {
                if (limit > 0)
                {
                    return new WalkedSegment(segments[index], segments[index].OpenReader(next, limit), nextOffset);
                }

                next = nextOffset;
            }
            catch (Exception exception) when (!IsClosed && !ReferenceEquals(segments, Segments) && exception is ObjectDisposedException or FileNotFoundException)
            {
                // Replaced or deleted since the list was taken.
            }
        }

        return null;
    }

    // How much of a segment lies before a bound.
    private static int LimitOf(Segment segment, LogOffsetMetadata bound)
    {
        if (segment.BaseOffset < bound.SegmentBaseOffset)
        {
            return segment.Size;
        }

        // Truncation may have made the segment shorter since the bound was taken.
        return segment.BaseOffset == bound.SegmentBaseOffset ? Math.Min(bound.Position, segment.Size) : 0;
    }

    private LogReadResult ReadTwice(long offset, int maxBytes, FetchIsolation isolation, bool minOneBatch)
    {
        try
        {
            return ReadOnce(offset, maxBytes, isolation, minOneBatch);
        }
        catch (Exception exception) when (!IsClosed && exception is ObjectDisposedException or FileNotFoundException)
        {
            // The segment was deleted between taking the list of segments and opening its file; the new list says so.
            return ReadOnce(offset, maxBytes, isolation, minOneBatch);
        }
    }

    private LogReadResult ReadOnce(long offset, int maxBytes, FetchIsolation isolation, bool minOneBatch)
    {
        ThrowIfClosed();

        // The bound before the end and the end before the segments: each is then covered by what is read after it.
        LogOffsetMetadata bound = BoundOf(isolation);
        LogOffsetMetadata end = Volatile.Read(ref _end);
        if (offset < LogStartOffset || offset > end.Offset)
        {
            return Result(ErrorCode.OffsetOutOfRange, RecordsPayload.Empty, end, null);
        }

        List<AbortedTransaction>? aborted = isolation == FetchIsolation.TransactionCommitted ? [] : null;
        if (offset >= bound.Offset)
        {
            return Result(ErrorCode.None, RecordsPayload.Empty, end, aborted);
        }

        SegmentList segments = Volatile.Read(ref _segments);
        for (int index = segments.FloorIndex(offset); index >= 0 && index < segments.Count; index++)
        {
            if (TrySlice(segments[index], offset, LimitOf(segments[index], bound), maxBytes, minOneBatch, out SegmentSlice? slice, out int sliceEnd))
            {
                if (aborted is not null)
                {
                    CollectAborted(segments, index, offset, sliceEnd, end.Offset, aborted);
                }

                return Result(ErrorCode.None, slice is null ? RecordsPayload.Empty : new RecordsPayload(slice), end, aborted);
            }
        }

        return Result(ErrorCode.None, RecordsPayload.Empty, end, aborted);
    }

    // False when the segment holds nothing at or after the offset, so that the next one has to be asked.
    private static bool TrySlice(
        Segment segment, long offset, int limit, int maxBytes, bool minOneBatch, out SegmentSlice? slice, out int sliceEnd)
    {
        slice = null;
        sliceEnd = 0;
        if (limit == 0)
        {
            return false;
        }

        SharedFile file = segment.Acquire();
        try
        {
            int batchSize = 0;
            bool isInTail = segment.TryFindInTail(offset, out int position) && position < limit;
            if (!(isInTail && limit - position <= maxBytes) && !segment.TryFindBatch(file.File, offset, limit, out position, out batchSize))
            {
                return false;
            }

            if (batchSize == 0 && !isInTail)
            {
                throw new LogDamagedException($"The offset {offset} lies in a damaged part of {segment}.");
            }

            int length = Math.Min(limit - position, minOneBatch ? Math.Max(maxBytes, batchSize) : maxBytes);
            if (length > 0 && length >= batchSize)
            {
                slice = new SegmentSlice(file, position, length);
                sliceEnd = position + length;
            }

            return true;
        }
        finally
        {
            // A slice keeps the file open until it is encoded.
            if (slice is null)
            {
                file.Release();
            }
        }
    }

    private static void CollectAborted(
        SegmentList segments, int index, long offset, int sliceEnd, long endOffset, List<AbortedTransaction> aborted)
    {
        long upperBound = long.MinValue;
        for (int each = index; each < segments.Count; each++)
        {
            if (segments[each].TransactionIndex.IsEmpty)
            {
                continue;
            }

            if (upperBound == long.MinValue)
            {
                upperBound = segments[index].OffsetIndex.FirstAtOrAfterPosition(sliceEnd)?.Offset
                    ?? (index + 1 < segments.Count ? segments[index + 1].BaseOffset : endOffset);
            }

            if (segments[each].TransactionIndex.Collect(offset, upperBound, aborted))
            {
                return;
            }
        }
    }

    private LogOffsetMetadata BoundOf(FetchIsolation isolation)
    {
        if (isolation == FetchIsolation.LogEnd)
        {
            return Volatile.Read(ref _end);
        }

        // In this order, as for the last stable offset.
        LogOffsetMetadata highWatermark = Volatile.Read(ref _highWatermark);
        LogOffsetMetadata? unstable = isolation == FetchIsolation.TransactionCommitted ? Volatile.Read(ref _firstUnstable) : null;
        return unstable is not null && unstable.Offset < highWatermark.Offset
            ? Resolve(ref _firstUnstable, unstable)
            : Resolve(ref _highWatermark!, highWatermark);
    }

    // Finds where an offset lies and remembers it, unless the offset has moved on meanwhile.
    private LogOffsetMetadata Resolve(ref LogOffsetMetadata? place, LogOffsetMetadata metadata)
    {
        if (metadata.IsResolved)
        {
            return metadata;
        }

        LogOffsetMetadata end = Volatile.Read(ref _end);
        LogOffsetMetadata resolved = metadata.Offset >= end.Offset ? end : Locate(metadata.Offset, end);
        Interlocked.CompareExchange(ref place, resolved, metadata);
        return resolved;
    }

    private LogOffsetMetadata Locate(long offset, LogOffsetMetadata end)
    {
        SegmentList segments = Volatile.Read(ref _segments);
        for (int index = Math.Max(0, segments.FloorIndex(offset)); index < segments.Count; index++)
        {
            Segment segment = segments[index];
            int limit = LimitOf(segment, end);
            if (limit == 0)
            {
                continue;
            }

            SharedFile file = segment.Acquire();
            try
            {
                if (segment.TryFindInTail(offset, out int position) || segment.TryFindBatch(file.File, offset, limit, out position, out _))
                {
                    return new LogOffsetMetadata(offset, segment.BaseOffset, position);
                }
            }
            finally
            {
                file.Release();
            }
        }

        return end;
    }

    private LogReadResult Result(
        ErrorCode code, RecordsPayload records, LogOffsetMetadata end, List<AbortedTransaction>? aborted) => new()
        {
            ErrorCode = code,
            Records = records,
            HighWatermark = HighWatermark,
            LastStableOffset = LastStableOffset,
            LogStartOffset = LogStartOffset,
            LogEndOffset = end.Offset,
            AbortedTransactions = aborted,
        };

    // A segment, the walk through it, and where the one after it begins.
    private readonly record struct WalkedSegment(Segment Segment, BatchReader Reader, long NextOffset);
}
