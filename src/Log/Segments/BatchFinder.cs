using System.Buffers;
using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>Finds the next whole batch behind bytes that are none.</summary>
internal static class BatchFinder
{
    private const int WindowBytes = 1 << 20;
    private const int MagicPosition = 16;

    /// <summary>
    /// Where the first batch begins that is whole, has a valid checksum and follows an offset, looking at every byte; -1
    /// when there is none.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="from">The first position to look at.</param>
    /// <param name="end">Where to stop looking.</param>
    /// <param name="minOffset">The least offset the batch may begin with.</param>
    /// <param name="maxOffset">The greatest.</param>
    public static int Find(IStorageFile file, int from, int end, long minOffset, long maxOffset)
    {
        byte[] window = ArrayPool<byte>.Shared.Rent(WindowBytes);
        try
        {
            for (int at = from; at <= end - RecordBatch.HeaderSize; at += WindowBytes - RecordBatch.HeaderSize + 1)
            {
                int read = file.Read(window.AsSpan(0, Math.Min(WindowBytes, end - at)), at);
                for (int index = 0; index <= read - RecordBatch.HeaderSize; index++)
                {
                    if (window[index + MagicPosition] == RecordBatch.CurrentMagic
                        && IsBatch(file, window.AsSpan(index), at + index, end, minOffset, maxOffset))
                    {
                        return at + index;
                    }
                }
            }

            return -1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    private static bool IsBatch(IStorageFile file, ReadOnlySpan<byte> bytes, int position, int end, long minOffset, long maxOffset)
    {
        RecordBatchHeader header = RecordBatchHeader.Read(bytes);
        if (header.SizeInBytes < RecordBatch.HeaderSize || header.SizeInBytes > end - position
            || header.BaseOffset < minOffset || header.BaseOffset > maxOffset || header.LastOffsetDelta < 0)
        {
            return false;
        }

        byte[] batch = ArrayPool<byte>.Shared.Rent((int)header.SizeInBytes);
        try
        {
            Memory<byte> whole = batch.AsMemory(0, (int)header.SizeInBytes);
            return file.Read(whole.Span, position) == whole.Length && new RecordBatch(whole).IsCrcValid();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(batch);
        }
    }
}
