using Compat.Log.Storage;

namespace Compat.Log.Segments;

/// <summary>
/// The files of one segment: where they are at the moment. All of them carry a suffix while the segment is not in place:
/// <c>.cleaned</c> and <c>.swap</c> before it takes the place of others, <c>.deleted</c> after it has left the log. A
/// reader that holds a segment that is being renamed finds its files all the same.
/// </summary>
internal sealed class SegmentFiles(IStorage storage, LogFolder folder, long baseOffset, string suffix = "")
{
    private volatile string _suffix = suffix;

    /// <summary>The least offset the segment may hold; its files are named by it.</summary>
    public long BaseOffset => baseOffset;

    /// <summary>Held while the files are renamed, created or looked for.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The path of a file now.</summary>
    /// <param name="kind">One of <see cref="LogFileNames.SegmentSuffixes"/>.</param>
    public string PathOf(string kind) => folder.File(baseOffset, kind) + _suffix;

    /// <summary>Whether there is such a file.</summary>
    public bool Exists(string kind)
    {
        lock (Lock)
        {
            return storage.FileExists(PathOf(kind));
        }
    }

    /// <summary>Opens a file that exists.</summary>
    /// <exception cref="FileNotFoundException">It does not.</exception>
    public IStorageFile Open(string kind)
    {
        try
        {
            return storage.Open(PathOf(kind), StorageOpenMode.Existing);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // It may have been renamed meanwhile; nothing is while the lock is held.
            lock (Lock)
            {
                return storage.Open(PathOf(kind), StorageOpenMode.Existing);
            }
        }
    }

    /// <summary>Opens a file, or null when there is none.</summary>
    public IStorageFile? OpenIfExists(string kind)
    {
        try
        {
            return Open(kind);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Opens a file, which is made if it is missing.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="preallocationBytes">Bytes to reserve if it is made.</param>
    public IStorageFile OpenOrCreate(string kind, long preallocationBytes = 0)
    {
        lock (Lock)
        {
            return storage.Open(PathOf(kind), StorageOpenMode.OpenOrCreate, preallocationBytes);
        }
    }

    /// <summary>All bytes of a file, or null when there is none.</summary>
    public byte[]? ReadAllBytes(string kind)
    {
        lock (Lock)
        {
            return storage.ReadAllBytes(PathOf(kind));
        }
    }

    /// <summary>Writes a file anew.</summary>
    public void WriteAllBytes(string kind, ReadOnlySpan<byte> bytes, bool flush)
    {
        lock (Lock)
        {
            storage.WriteAllBytes(PathOf(kind), bytes, flush);
        }
    }

    /// <summary>When a file was last written, ms since 1970.</summary>
    public long LastModifiedMs(string kind) => storage.LastModifiedMs(PathOf(kind));

    /// <summary>Deletes a file if there is one.</summary>
    public void Delete(string kind)
    {
        lock (Lock)
        {
            storage.DeleteFile(PathOf(kind));
        }
    }

    /// <summary>Deletes all the files.</summary>
    public void DeleteAll()
    {
        foreach (string kind in LogFileNames.SegmentSuffixes)
        {
            Delete(kind);
        }
    }

    /// <summary>Gives all the files another suffix, the records first.</summary>
    public void Rename(string newSuffix)
    {
        lock (Lock)
        {
            foreach (string kind in LogFileNames.SegmentSuffixes)
            {
                string from = PathOf(kind);
                if (storage.FileExists(from))
                {
                    storage.Rename(from, folder.File(baseOffset, kind) + newSuffix);
                }
            }

            _suffix = newSuffix;
        }
    }

    public override string ToString() => $"segment {baseOffset}{_suffix} of {folder}";
}
