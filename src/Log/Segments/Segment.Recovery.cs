using System.Buffers;
using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>Reading a segment again after a crash.</summary>
internal sealed partial class Segment
{
    /// <summary>
    /// Reads every batch up to the first that is not whole and valid, and makes the indexes anew. The file stays as it is.
    /// </summary>
    /// <param name="indexIntervalBytes">Bytes of records between two index entries.</param>
    /// <param name="onBatch">Called for each valid batch, in order; the batch is valid during the call.</param>
    /// <returns>Where and why the valid prefix ends; null when that is the end of the file.</returns>
    /// <exception cref="IOException">The device fails, or the segment has batches of the formats before magic 2.</exception>
    public InvalidEnd? Recover(int indexIntervalBytes, Action<RecordBatch> onBatch)
    {
        SharedFile file = Acquire();
        try
        {
            ResetIndexes();
            ForgetDamage();
            TransactionIndex.Reset();
            using BatchReader reader = new(file.File, 0, _size);
            string? problem = Walk(reader, indexIntervalBytes, onBatch, out int validBytes, out long nextOffset);
            return problem is null ? null : new InvalidEnd(
                validBytes, nextOffset, problem, BatchFinder.Find(file.File, validBytes + 1, _size, nextOffset, BaseOffset + int.MaxValue) >= 0);
        }
        finally
        {
            file.Release();
        }
    }

    /// <summary>Cuts off what lies behind the valid prefix, durably: it must not come back in place of what is appended next.</summary>
    public void CutInvalidEnd(InvalidEnd end)
    {
        SharedFile file = Acquire();
        try
        {
            file.File.Truncate(end.Position);
            file.File.Flush();
            Volatile.Write(ref _size, end.Position);
        }
        finally
        {
            file.Release();
        }
    }

    /// <summary>Copies the file from a position on to another one, and returns when the copy is on the device.</summary>
    public void CopyTo(string path, int position)
    {
        SharedFile file = Acquire();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BatchReader.ChunkBytes);
        try
        {
            using IStorageFile copy = _context.Storage.Open(path, StorageOpenMode.Truncate);
            for (int at = position; at < _size;)
            {
                int read = file.File.Read(buffer.AsSpan(0, Math.Min(buffer.Length, _size - at)), at);
                copy.Write(buffer.AsSpan(0, read), at - position);
                at += read == 0 ? _size : read;
            }

            copy.Flush();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
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

    private string? Walk(BatchReader reader, int indexIntervalBytes, Action<RecordBatch> onBatch, out int validBytes, out long nextOffset)
    {
        validBytes = 0;
        nextOffset = BaseOffset;
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

/// <summary>Where the valid prefix of a segment ends before its file does.</summary>
/// <param name="Position">The first byte that is not of the prefix.</param>
/// <param name="NextOffset">The offset after its last record.</param>
/// <param name="Problem">What is wrong there.</param>
/// <param name="IsFollowedByBatch">Whether valid batches lie behind it, so that it is no torn end but damage.</param>
internal sealed record InvalidEnd(int Position, long NextOffset, string Problem, bool IsFollowedByBatch);
