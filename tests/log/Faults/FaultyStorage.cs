using Compat.Log.Storage;

namespace Compat.Log.Tests.Faults;

/// <summary>What a storage is asked to do, by the names that <see cref="FaultyStorage"/> decides on.</summary>
internal enum StorageOperation
{
    Open,
    Read,
    Write,
    Truncate,
    Flush,
    FlushDirectory,
    CreateDirectory,
    List,
    Rename,
    Delete,
}

/// <summary>
/// The process was killed while it asked for something. To the code that still runs in the test it is a device that
/// fails, for ever.
/// </summary>
internal sealed class ProcessKilledException() : IOException("The process was killed here.");

/// <summary>
/// A storage that fails where a test or a seed says so: reads, writes and flushes with an error, writes torn at any
/// byte, a device without room, a device that is slow, and the end of the process at any change of a file or name.
/// </summary>
internal sealed class FaultyStorage(IStorage inner) : IStorage
{
    private readonly Lock _lock = new();
    private long _changes;
    private volatile bool _isKilled;

    /// <summary>Decides on an operation on a path: an exception fails it.</summary>
    public Func<StorageOperation, string, Exception?> Fault { get; set; } = (_, _) => null;

    /// <summary>Called before an operation; one that blocks makes the device slow.</summary>
    public Action<StorageOperation, string> Before { get; set; } = (_, _) => { };

    /// <summary>The paths whose flushes return without having flushed: a device that lies.</summary>
    public Func<string, bool> LiesAbout { get; set; } = _ => false;

    /// <summary>Whether files keep their length when they are cut.</summary>
    public bool LiesAboutCutting { get; set; }

    /// <summary>How many bytes of a failing write reach the file nevertheless.</summary>
    public int TornBytes { get; set; }

    /// <summary>How many changes of files and names there were.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    /// <summary>The number of the change at which the process is killed; a write is torn there after <see cref="TornBytes"/>.</summary>
    public long KilledAtChange { get; set; } = long.MaxValue;

    public bool CanFlushVolume => inner.CanFlushVolume;

    /// <summary>Fails each read, write and flush with an input/output error by chance, the same for the same seed.</summary>
    public void FailFromSeed(int seed, double readRate, double writeRate, double flushRate)
    {
        Random random = new(seed);
        Fault = (operation, path) =>
        {
            double rate = operation switch
            {
                StorageOperation.Read => readRate,
                StorageOperation.Write => writeRate,
                StorageOperation.Flush or StorageOperation.FlushDirectory => flushRate,
                _ => 0,
            };
            lock (_lock)
            {
                if (random.NextDouble() >= rate)
                {
                    return null;
                }

                TornBytes = random.Next(100);
                return new IOException($"Input/output error at {operation} of {path}");
            }
        };
    }

    /// <summary>Whether the process was killed.</summary>
    public bool IsKilled => _isKilled;

    /// <summary>Kills the process now.</summary>
    public void Kill() => _isKilled = true;

    /// <summary>Every operation succeeds from now on.</summary>
    public void Heal() => Fault = (_, _) => null;

    public IStorageFile Open(string path, StorageOpenMode mode, long preallocationBytes = 0)
    {
        Check(StorageOperation.Open, path);
        if (mode == StorageOpenMode.Truncate || !inner.FileExists(path))
        {
            Count();
        }

        return new FaultyFile(this, inner.Open(path, mode, preallocationBytes), path);
    }

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public void CreateDirectory(string path)
    {
        CheckChange(StorageOperation.CreateDirectory, path);
        inner.CreateDirectory(path);
    }

    public IReadOnlyList<StorageEntry> List(string directory)
    {
        Check(StorageOperation.List, directory);
        return inner.List(directory);
    }

    public void Rename(string from, string to)
    {
        CheckChange(StorageOperation.Rename, from);
        inner.Rename(from, to);
    }

    public bool DeleteFile(string path)
    {
        if (!inner.FileExists(path))
        {
            return false;
        }

        CheckChange(StorageOperation.Delete, path);
        return inner.DeleteFile(path);
    }

    public void DeleteDirectory(string path)
    {
        CheckChange(StorageOperation.Delete, path);
        inner.DeleteDirectory(path);
    }

    public void FlushDirectory(string path)
    {
        CheckChange(StorageOperation.FlushDirectory, path);
        if (!LiesAbout(path))
        {
            inner.FlushDirectory(path);
        }
    }

    public void FlushVolume(string directory)
    {
        CheckChange(StorageOperation.Flush, directory);
        if (!LiesAbout(directory))
        {
            inner.FlushVolume(directory);
        }
    }

    public long LastModifiedMs(string path) => inner.LastModifiedMs(path);

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    public StorageVolume Volume(string directory) => inner.Volume(directory);

    private void CheckChange(StorageOperation operation, string path)
    {
        Check(operation, path);
        Count();
    }

    private void Check(StorageOperation operation, string path)
    {
        ThrowIfKilled();
        Before(operation, path);
        if (Fault(operation, path) is { } exception)
        {
            throw exception;
        }
    }

    private void Count()
    {
        if (IsKilledNow())
        {
            throw new ProcessKilledException();
        }
    }

    private bool IsKilledNow()
    {
        ThrowIfKilled();
        _isKilled |= Interlocked.Increment(ref _changes) >= KilledAtChange;
        return _isKilled;
    }

    private void ThrowIfKilled()
    {
        if (_isKilled)
        {
            throw new ProcessKilledException();
        }
    }

    private sealed class FaultyFile(FaultyStorage storage, IStorageFile file, string path) : IStorageFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> destination, long position)
        {
            storage.Check(StorageOperation.Read, path);
            return file.Read(destination, position);
        }

        public void Write(ReadOnlySpan<byte> source, long position)
        {
            storage.ThrowIfKilled();
            storage.Before(StorageOperation.Write, path);
            if (storage.Fault(StorageOperation.Write, path) is { } exception)
            {
                file.Write(source[..Math.Min(source.Length, storage.TornBytes)], position);
                throw exception;
            }

            if (storage.IsKilledNow())
            {
                file.Write(source[..Math.Min(source.Length, storage.TornBytes)], position);
                throw new ProcessKilledException();
            }

            file.Write(source, position);
        }

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> sources, long position)
        {
            foreach (ReadOnlyMemory<byte> source in sources)
            {
                Write(source.Span, position);
                position += source.Length;
            }
        }

        public void Truncate(long length)
        {
            storage.CheckChange(StorageOperation.Truncate, path);
            if (!storage.LiesAboutCutting)
            {
                file.Truncate(length);
            }
        }

        public void Flush()
        {
            storage.CheckChange(StorageOperation.Flush, path);
            if (!storage.LiesAbout(path))
            {
                file.Flush();
            }
        }

        public void Dispose() => file.Dispose();
    }
}
