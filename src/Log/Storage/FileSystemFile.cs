// The one place of the product that talks to the file system.
#pragma warning disable RS0030

using Microsoft.Win32.SafeHandles;

namespace Compat.Log.Storage;

/// <summary>A file of the operating system, by <c>pread</c> and <c>pwrite</c>.</summary>
internal sealed class FileSystemFile(SafeFileHandle handle, string path) : IStorageFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> destination, long position)
    {
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(handle, destination[total..], position + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> source, long position)
    {
        try
        {
            RandomAccess.Write(handle, source, position);
        }
        catch (IOException exception) when (FileSystemStorage.IsFull(exception))
        {
            throw FileSystemStorage.Full(path, exception);
        }
    }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> sources, long position)
    {
        try
        {
            RandomAccess.Write(handle, sources, position);
        }
        catch (IOException exception) when (FileSystemStorage.IsFull(exception))
        {
            throw FileSystemStorage.Full(path, exception);
        }
    }

    public void Truncate(long length) => RandomAccess.SetLength(handle, length);

    public void Flush() => RandomAccess.FlushToDisk(handle);

    public void Dispose() => handle.Dispose();
}
