using System.Buffers;
using Compat.Log.Segments;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Cleaning;

/// <summary>
/// Cleans one log: notes the latest offset of each key of its dirty part, and copies the segments from the first one up to
/// there without the records that a later one has made obsolete. Where the keys do not fit the memory, a part is cleaned and
/// the next cleaning goes on behind it. Belongs to one thread.
/// </summary>
/// <param name="context">What all logs share.</param>
/// <param name="limits">The memory.</param>
/// <param name="pace">Told of all that is read and written.</param>
/// <param name="cancellation">Ends it within a buffer's time.</param>
internal sealed class Cleaner(LogContext context, CleanerLimits limits, CleanerPace pace, CancellationToken cancellation)
{
    private readonly ArrayBufferWriter<byte> _batch = new();

    /// <summary>What the last cleaning has done.</summary>
    public CleanerStats Stats { get; private set; } = new();

    /// <summary>Cleans a log once.</summary>
    /// <returns>False when the log was closed or has lost segments meanwhile: what is done is good, the rest is for another time.</returns>
    /// <exception cref="LogCleaningException">Records cannot be read.</exception>
    /// <exception cref="IOException">The device fails at writing.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public bool Clean(LogToClean dirty)
    {
        Stats = new CleanerStats();
        long start = context.Time.GetTimestamp();
        try
        {
            OffsetMap map = NewMap(dirty);
            new OffsetMapBuilder(map, context.MaxDecompressedBytes, Passed).Add(dirty, limits.ReadBufferBytes);
            Stats.BufferUtilization = map.Utilization;
            return CleanUpTo(dirty, map);
        }
        finally
        {
            Stats.Elapsed = context.Time.GetElapsedTime(start);
        }

        void Passed(RecordBatch batch)
        {
            Stats.MapBytesRead += batch.SizeInBytes;
            ThrowIfEnded(dirty.Log, batch.SizeInBytes);
        }
    }

    private OffsetMap NewMap(LogToClean dirty) => new(
        limits.DedupeBufferBytes, limits.LoadFactor, dirty.FirstUncleanableOffset - dirty.FirstDirtyOffset, context.NextRandom(long.MaxValue));

    private bool CleanUpTo(LogToClean dirty, OffsetMap map)
    {
        long end = map.LatestOffset + 1;
        long now = context.NowMs;
        CleanedTransactions transactions = new();
        CleanerFilter filter = new(map, transactions, now);
        BatchFilter copier = new(filter, context.MaxDecompressedBytes, Horizon(now, dirty.Config.DeleteRetentionMs));
        foreach (Range group in SegmentGroups.Of(dirty, end))
        {
            filter.LastRecords = dirty.Log.LastRecordsOfActiveProducers();
            filter.HighWatermark = dirty.Log.HighWatermark;
            if (!CleanGroup(dirty, group, transactions, filter, copier))
            {
                return false;
            }
        }

        Stats.KeylessRecords = copier.KeylessRecords;
        dirty.Log.CleanedOffset = end;
        return true;
    }

    private static long Horizon(long now, long deleteRetentionMs) => deleteRetentionMs > long.MaxValue - now ? long.MaxValue : now + deleteRetentionMs;

    private bool CleanGroup(LogToClean dirty, Range group, CleanedTransactions transactions, CleanerFilter filter, BatchFilter copier)
    {
        Segment[] old = dirty.Segments.AsSpan()[group].ToArray();
        CleanedSegments cleaned = new(dirty.Log, dirty.Config, old[0].BaseOffset, limits.WriteBufferBytes);
        IReadOnlyList<Segment> finished;
        try
        {
            for (int index = group.Start.Value; index < group.End.Value; index++)
            {
                transactions.AddAbortedIn(dirty.Segments, index, dirty.Segments[index].BaseOffset);
                CopySegment(dirty.Log, dirty.Segments[index], filter, copier, cleaned);
            }

            finished = cleaned.Finish();
        }
        catch
        {
            cleaned.Abandon();
            throw;
        }

        // Once this has begun, the files may be all that there is of the records: if it fails, nothing may be deleted.
        bool isInPlace = dirty.Log.TryReplaceSegments(old, finished);
        if (!isInPlace)
        {
            cleaned.Abandon();
        }

        return isInPlace;
    }

    private void CopySegment(PartitionLog log, Segment segment, CleanerFilter filter, BatchFilter copier, CleanedSegments cleaned)
    {
        foreach (RecordBatch batch in SegmentWalk.Batches(segment, segment.BaseOffset, limits.ReadBufferBytes))
        {
            RetentionDecision decision = filter.Decide(batch);
            _batch.ResetWrittenCount();
            int kept = Copy(segment, batch, decision, copier);
            if (_batch.WrittenCount > 0)
            {
                cleaned.Append(_batch.WrittenSpan, decision.Aborted);
            }

            Stats.BytesRead += batch.SizeInBytes;
            Stats.RecordsRead += batch.RecordCount;
            Stats.BytesWritten += _batch.WrittenCount;
            Stats.RecordsWritten += kept;
            ThrowIfEnded(log, batch.SizeInBytes + _batch.WrittenCount);
        }
    }

    private int Copy(Segment segment, in RecordBatch batch, in RetentionDecision decision, BatchFilter copier)
    {
        try
        {
            return copier.Copy(batch, decision, _batch);
        }
        catch (WireFormatException exception)
        {
            throw new LogCleaningException($"The batch at offset {batch.BaseOffset} of {segment} cannot be read.", exception);
        }
    }

    private void ThrowIfEnded(PartitionLog log, long bytes)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(log.IsClosed || log.IsFailed, log);
        pace.Passed(bytes, cancellation);
    }
}
