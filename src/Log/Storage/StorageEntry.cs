namespace Compat.Log.Storage;

/// <summary>One name in a directory.</summary>
/// <param name="Name">The name without its path.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
/// <param name="Length">The length in bytes of a file, 0 for a directory.</param>
public readonly record struct StorageEntry(string Name, bool IsDirectory, long Length);

/// <summary>The room on the volume of a directory.</summary>
/// <param name="TotalBytes">The size of the volume, -1 when unknown.</param>
/// <param name="UsableBytes">The bytes that may still be written, -1 when unknown.</param>
public readonly record struct StorageVolume(long TotalBytes, long UsableBytes);

/// <summary>What opening a file does when it exists or does not.</summary>
public enum StorageOpenMode
{
    /// <summary>The file must exist.</summary>
    Existing,

    /// <summary>The file is created when it does not exist.</summary>
    OpenOrCreate,

    /// <summary>The file is created, or emptied when it exists.</summary>
    Truncate,
}

/// <summary>The device has no room left, or the process no file handle. What was stored before is still readable, so this alone takes no directory offline.</summary>
public sealed class StorageFullException : IOException
{
    /// <summary>Creates the exception for a path, keeping what the platform reported.</summary>
    public StorageFullException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
