using Compat.Log.Storage;

namespace Compat.Replication.Tests.Quorum;

/// <summary>
/// A file system in memory whose flushes can be counted, held and made to fail, and that remembers what was on the
/// device at the last flush: what a loss of power would leave.
/// </summary>
internal sealed class LeverStorage : IStorage
{
    private readonly ManualResetEventSlim _flushAllowed = new(true);
    private readonly MemoryStorage _memory;
    private volatile bool _failFlushes;
    private int _flushes;
    private MemoryStorage _durable;

    public LeverStorage(MemoryStorage memory)
    {
        _memory = memory;
        _durable = memory.Copy();
    }

    public int Flushes => Volatile.Read(ref _flushes);

    public bool CanFlushVolume => false;

    /// <summary>What a killed process leaves.</summary>
    public MemoryStorage AfterKill() => _memory.Copy();

    /// <summary>What a loss of power leaves: nothing that was not flushed.</summary>
    public MemoryStorage AfterPowerLoss() => _durable.Copy();

    public void HoldFlushes() => _flushAllowed.Reset();

    public void ReleaseFlushes() => _flushAllowed.Set();

    public void FailFlushes()
    {
        _failFlushes = true;
        ReleaseFlushes();
    }

    public IStorageFile Open(string path, StorageOpenMode mode, long preallocationBytes = 0) =>
        new LeverFile(this, _memory.Open(path, mode, preallocationBytes));

    public bool FileExists(string path) => _memory.FileExists(path);

    public bool DirectoryExists(string path) => _memory.DirectoryExists(path);

    public void CreateDirectory(string path) => _memory.CreateDirectory(path);

    public IReadOnlyList<StorageEntry> List(string directory) => _memory.List(directory);

    public void Rename(string from, string to) => _memory.Rename(from, to);

    public bool DeleteFile(string path) => _memory.DeleteFile(path);

    public void DeleteDirectory(string path) => _memory.DeleteDirectory(path);

    public void FlushDirectory(string path) => _memory.FlushDirectory(path);

    public void FlushVolume(string directory) => throw new NotSupportedException();

    public long LastModifiedMs(string path) => _memory.LastModifiedMs(path);

    public IDisposable? TryLock(string path) => _memory.TryLock(path);

    public StorageVolume Volume(string directory) => _memory.Volume(directory);

    private void OnFlush(IStorageFile file)
    {
        _flushAllowed.Wait(TimeSpan.FromSeconds(30));
        if (_failFlushes)
        {
            throw new IOException("The device failed.");
        }
        file.Flush();
        _durable = _memory.Copy();
        Interlocked.Increment(ref _flushes);
    }

    private sealed class LeverFile(LeverStorage storage, IStorageFile inner) : IStorageFile
    {
        public long Length => inner.Length;

        public int Read(Span<byte> destination, long position) => inner.Read(destination, position);

        public void Write(ReadOnlySpan<byte> source, long position) => inner.Write(source, position);

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> sources, long position) => inner.Write(sources, position);

        public void Truncate(long length) => inner.Truncate(length);

        public void Flush() => storage.OnFlush(inner);

        public void Dispose() => inner.Dispose();
    }
}
