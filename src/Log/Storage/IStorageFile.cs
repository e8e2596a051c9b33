namespace Compat.Log.Storage;

/// <summary>
/// An open file, read and written at positions that the caller names; it has no cursor and may be used from several
/// threads at once as long as they do not write the same bytes.
/// </summary>
public interface IStorageFile : IDisposable
{
    /// <summary>The length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads at a position until the destination is full or the file ends; returns the bytes read.</summary>
    int Read(Span<byte> destination, long position);

    /// <summary>Writes all the bytes at a position; on an error an unknown part of them may have been written.</summary>
    void Write(ReadOnlySpan<byte> source, long position);

    /// <summary>Writes several buffers after one another with one call to the device.</summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> sources, long position);

    /// <summary>Sets the length; what lies beyond is gone.</summary>
    void Truncate(long length);

    /// <summary>Returns when everything written is on the device.</summary>
    void Flush();
}
