namespace Compat.Log.Storage;

/// <summary>
/// Everything the log asks of a file system, and nothing more, so that a real one, one in memory and a faulty one
/// are interchangeable. Paths are the platform's; relative ones are relative to the process.
/// Members throw <see cref="IOException"/> when the device fails and <see cref="StorageFullException"/> when it is full.
/// </summary>
public interface IStorage
{
    /// <summary>Opens a file for positional reading and writing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">What to do when it exists or does not.</param>
    /// <param name="preallocationBytes">Bytes to reserve on the device for a file that is created; its length stays 0.</param>
    /// <exception cref="FileNotFoundException">The file is missing and <paramref name="mode"/> is <see cref="StorageOpenMode.Existing"/>.</exception>
    IStorageFile Open(string path, StorageOpenMode mode, long preallocationBytes = 0);

    /// <summary>True when a file (not a directory) is at the path.</summary>
    bool FileExists(string path);

    /// <summary>True when a directory is at the path.</summary>
    bool DirectoryExists(string path);

    /// <summary>Creates a directory and its parents; one that exists is left as it is.</summary>
    void CreateDirectory(string path);

    /// <summary>The entries of a directory in no particular order; none when it does not exist.</summary>
    IReadOnlyList<StorageEntry> List(string directory);

    /// <summary>Moves a file or directory within one file system, atomically; a file at the target is replaced.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; false when there was none. Open handles keep reading it where the platform allows that.</summary>
    bool DeleteFile(string path);

    /// <summary>Deletes a directory with all it holds; nothing happens when there is none.</summary>
    void DeleteDirectory(string path);

    /// <summary>Makes created, renamed and deleted names of a directory durable.</summary>
    void FlushDirectory(string path);

    /// <summary>Whether <see cref="FlushVolume"/> can be used.</summary>
    bool CanFlushVolume { get; }

    /// <summary>Makes everything durable that was written to the volume of a directory; cheaper than flushing very many files.</summary>
    void FlushVolume(string directory);

    /// <summary>When the file was last written, in ms since the epoch; 0 when it does not exist.</summary>
    long LastModifiedMs(string path);

    /// <summary>Takes the exclusive lock that a file stands for; null when another broker, here or in another process, holds it.</summary>
    IDisposable? TryLock(string path);

    /// <summary>The size of the volume a directory is on and the bytes still free for us; -1 for what cannot be said.</summary>
    StorageVolume Volume(string directory);
}
