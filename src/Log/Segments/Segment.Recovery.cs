using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>Reading a segment again after a crash.</summary>
internal sealed partial class Segment
{
    /// <summary>
    /// Reads every batch, keeps the longest prefix of whole and valid ones, cuts the file there and makes the indexes
    /// anew.
    /// </summary>
    /// <param name="indexIntervalBytes">Bytes of records between two index entries.</param>
    /// <param name="onBatch">Called for each batch that is kept, in order; the batch is valid during the call.</param>
    /// <returns>What was cut off, and why; null when the whole file is valid.</returns>
    /// <exception cref="IOException">The device fails, or the segment has batches of the formats before magic 2.</exception>
    public string? Recover(int indexIntervalBytes, Action<RecordBatch> onBatch)
    {
        SharedFile file = Acquire();
        try
        {
            ResetIndexes();
            TransactionIndex.Reset();
            using BatchReader reader = new(file.File, 0, _size);
            string? problem = Walk(reader, indexIntervalBytes, onBatch, out int validBytes);
            if (problem is null)
            {
                return null;
            }

            int cut = _size - validBytes;
            file.File.Truncate(validBytes);
            Volatile.Write(ref _size, validBytes);
            return $"{cut} bytes from position {validBytes} on: {problem}";
        }
        finally
        {
            file.Release();
        }
    }

    /// <summary>Calls back for the batches from the one that holds an offset on, up to one that begins at or after another offset.</summary>
    public void Replay(long fromOffset, long toOffset, Action<RecordBatch> onBatch)
    {
        if (Size == 0)
        {
            return;
        }

        SharedFile file = Acquire();
        try
        {
            using BatchReader reader = new(file.File, StartOfSearch(fromOffset, Size), Size);
            while (reader.MoveNext() && reader.Current.BaseOffset < toOffset)
            {
                if (reader.Current.LastOffset >= fromOffset)
                {
                    onBatch(reader.Current);
                }
            }
        }
        finally
        {
            file.Release();
        }
    }

    private string? Walk(BatchReader reader, int indexIntervalBytes, Action<RecordBatch> onBatch, out int validBytes)
    {
        validBytes = 0;
        long nextOffset = BaseOffset;
        while (reader.MoveNext())
        {
            RecordBatch batch = reader.Current;
            if (batch.BaseOffset < nextOffset || batch.LastOffsetDelta < 0 || batch.LastOffset - BaseOffset > int.MaxValue)
            {
                return $"a batch has the offsets {batch.BaseOffset} to {batch.LastOffset} where {nextOffset} is next";
            }

            if (!batch.IsCrcValid())
            {
                return $"the batch at offset {batch.BaseOffset} has a wrong checksum";
            }

            Reindex(batch.Header, reader.Position, indexIntervalBytes);
            onBatch(batch);
            nextOffset = batch.NextOffset;
            validBytes = reader.NextPosition;
        }

        return reader.IsOldMagic
            ? throw new IOException($"{this} has record batches of a format before magic 2, which are not supported.")
            : reader.Problem;
    }
}
