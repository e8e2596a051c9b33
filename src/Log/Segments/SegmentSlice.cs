using Compat.Wire;

namespace Compat.Log.Segments;

/// <summary>
/// Batches of a segment that are read when an answer is encoded, straight into its buffer. The file stays open until the
/// slice is disposed or was copied, even when the segment is deleted meanwhile.
/// </summary>
internal sealed class SegmentSlice(SharedFile file, int position, int size) : IRecordsSource, IDisposable
{
    private int _released;

    public int Size => size;

    public void CopyTo(Span<byte> destination)
    {
        // A second copy is possible as long as anybody else keeps the file open.
        bool isHeld = Volatile.Read(ref _released) == 0;
        if (!isHeld && !file.TryAcquire())
        {
            throw new ObjectDisposedException(nameof(SegmentSlice), "The segment was closed before the slice was read.");
        }

        try
        {
            int read = file.File.Read(destination[..size], position);
            if (read < size)
            {
                throw new IOException($"A segment ends {size - read} bytes before the end of a slice: it was truncated.");
            }
        }
        finally
        {
            if (isHeld)
            {
                Dispose();
            }
            else
            {
                file.Release();
            }
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            file.Release();
        }
    }
}
