using Compat.Log.Segments;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Cleaning;

/// <summary>Notes the latest offset of each key of the dirty part of a log, as far as the keys fit. Records of aborted transactions do not count.</summary>
/// <param name="map">An empty map.</param>
/// <param name="maxDecompressedBytes">How many bytes a batch may inflate to.</param>
/// <param name="onBatch">Told of each batch that was read.</param>
internal sealed class OffsetMapBuilder(OffsetMap map, int maxDecompressedBytes, Action<RecordBatch> onBatch)
{
    private readonly CleanedTransactions _transactions = new();

    /// <summary>
    /// Reads the dirty part. Afterwards the map has every key up to its latest offset, which is below the dirty part's end only
    /// if the keys did not fit.
    /// </summary>
    /// <exception cref="LogCleaningException">Records cannot be read.</exception>
    public void Add(LogToClean dirty, int chunkBytes)
    {
        SegmentList segments = dirty.Segments;
        map.LatestOffset = dirty.FirstDirtyOffset - 1;
        for (int index = Math.Max(0, segments.FloorIndex(dirty.FirstDirtyOffset)); index < dirty.CleanableCount; index++)
        {
            _transactions.AddAbortedIn(segments, index, Math.Max(segments[index].BaseOffset, dirty.FirstDirtyOffset));
            if (!AddSegment(segments[index], dirty.FirstDirtyOffset, chunkBytes))
            {
                return;
            }

            // There may be a gap at the segment's end.
            map.LatestOffset = segments[index + 1].BaseOffset - 1;
        }
    }

    private bool AddSegment(Segment segment, long firstDirtyOffset, int chunkBytes)
    {
        foreach (RecordBatch batch in SegmentWalk.Batches(segment, firstDirtyOffset, chunkBytes))
        {
            if (!AddBatch(segment, batch, firstDirtyOffset))
            {
                return false;
            }

            onBatch(batch);
        }

        return true;
    }

    private bool AddBatch(Segment segment, in RecordBatch batch, long firstDirtyOffset)
    {
        try
        {
            if (batch.IsControl)
            {
                _transactions.PassControl(batch, out _);
            }
            else if (!_transactions.Pass(batch) && !AddRecords(batch, firstDirtyOffset))
            {
                return false;
            }

            map.LatestOffset = batch.LastOffset;
            return true;
        }
        catch (WireFormatException exception)
        {
            throw new LogCleaningException($"The batch at offset {batch.BaseOffset} of {segment} cannot be read.", exception);
        }
    }

    private bool AddRecords(in RecordBatch batch, long firstDirtyOffset)
    {
        foreach (Record record in batch.Records(maxDecompressedBytes))
        {
            if (record.Offset < firstDirtyOffset)
            {
                continue;
            }

            if (!record.IsKeyNull && !map.TryPut(record.Key, record.Offset))
            {
                return false;
            }

            map.LatestOffset = record.Offset;
        }

        return true;
    }
}
