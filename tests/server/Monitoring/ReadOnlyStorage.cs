using Compat.Log.Storage;

namespace Compat.Server.Tests.Monitoring;

/// <summary>A file system that has been mounted read-only.</summary>
internal sealed class ReadOnlyStorage : IStorage
{
    public bool CanFlushVolume => false;

    public void FlushVolume(string directory) => throw Refuse();

    public IStorageFile Open(string path, StorageOpenMode mode, long preallocationBytes = 0) => throw Refuse();

    public bool FileExists(string path) => false;

    public bool DirectoryExists(string path) => true;

    public void CreateDirectory(string path) => throw Refuse();

    public IReadOnlyList<StorageEntry> List(string directory) => [];

    public void Rename(string from, string to) => throw Refuse();

    public bool DeleteFile(string path) => throw Refuse();

    public void DeleteDirectory(string path) => throw Refuse();

    public void FlushDirectory(string path) => throw Refuse();

    public long LastModifiedMs(string path) => 0;

    public IDisposable? TryLock(string path) => null;

    public StorageVolume Volume(string directory) => new(-1, -1);

    private static IOException Refuse() => new("read-only file system");
}
