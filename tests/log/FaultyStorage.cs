using Compat.Log.Storage;

namespace Compat.Log.Tests;

/// <summary>A storage that fails where a test says so.</summary>
internal sealed class FaultyStorage(IStorage inner) : IStorage
{
    /// <summary>Decides on an operation on a path: an exception fails it.</summary>
    public Func<string, string, Exception?> Fault { get; set; } = (_, _) => null;

    /// <summary>How many bytes of a failing write reach the file nevertheless.</summary>
    public int TornBytes { get; set; }

    public bool CanFlushVolume => inner.CanFlushVolume;

    public IStorageFile Open(string path, StorageOpenMode mode, long preallocationBytes = 0)
    {
        Check("open", path);
        return new FaultyFile(this, inner.Open(path, mode, preallocationBytes), path);
    }

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public void CreateDirectory(string path)
    {
        Check("mkdir", path);
        inner.CreateDirectory(path);
    }

    public IReadOnlyList<StorageEntry> List(string directory)
    {
        Check("list", directory);
        return inner.List(directory);
    }

    public void Rename(string from, string to)
    {
        Check("rename", from);
        inner.Rename(from, to);
    }

    public bool DeleteFile(string path)
    {
        Check("delete", path);
        return inner.DeleteFile(path);
    }

    public void DeleteDirectory(string path) => inner.DeleteDirectory(path);

    public void FlushDirectory(string path)
    {
        Check("flush", path);
        inner.FlushDirectory(path);
    }

    public void FlushVolume(string directory)
    {
        Check("flush", directory);
        inner.FlushVolume(directory);
    }

    public long LastModifiedMs(string path) => inner.LastModifiedMs(path);

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public StorageVolume Volume(string directory) => inner.Volume(directory);

    private void Check(string operation, string path)
    {
        if (Fault(operation, path) is { } exception)
        {
            throw exception;
        }
    }

    private sealed class FaultyFile(FaultyStorage storage, IStorageFile file, string path) : IStorageFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> destination, long position)
        {
            storage.Check("read", path);
            return file.Read(destination, position);
        }

        public void Write(ReadOnlySpan<byte> source, long position)
        {
            if (storage.Fault("write", path) is { } exception)
            {
                file.Write(source[..Math.Min(source.Length, storage.TornBytes)], position);
                throw exception;
            }

            file.Write(source, position);
        }

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> sources, long position)
        {
            storage.Check("write", path);
            file.Write(sources, position);
        }

        public void Truncate(long length)
        {
            storage.Check("truncate", path);
            file.Truncate(length);
        }

        public void Flush()
        {
            storage.Check("flush", path);
            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}
