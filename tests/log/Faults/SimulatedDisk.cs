using Compat.Log.Storage;

namespace Compat.Log.Tests.Faults;

/// <summary>
/// A file system in memory that knows what is on the device and what is not: bytes are once their file was flushed,
/// names once their directory was. A loss of power leaves the former and, of the rest, what the seed says: some writes
/// whole, some cut at any byte, some not at all; names as they were after any of the changes since the flush.
/// </summary>
internal sealed class SimulatedDisk : IStorage
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly DiskDirectory _root;
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);

    public SimulatedDisk(TimeProvider time)
        : this(time, new DiskDirectory())
    {
    }

    private SimulatedDisk(TimeProvider time, DiskDirectory root)
    {
        _time = time;
        _root = root;
    }

    /// <summary>How much fits; writes beyond it write what fits and fail.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    public bool CanFlushVolume => true;

    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return _root.Bytes;
            }
        }
    }

    /// <summary>What a killed process leaves: everything written, flushed or not.</summary>
    public SimulatedDisk AfterKill()
    {
        lock (_lock)
        {
            return new SimulatedDisk(_time, _root.Copy([])) { CapacityBytes = CapacityBytes };
        }
    }

    /// <summary>What a loss of power leaves.</summary>
    public SimulatedDisk AfterPowerLoss(Random random)
    {
        lock (_lock)
        {
            return new SimulatedDisk(_time, _root.Survivor(random, [])) { CapacityBytes = CapacityBytes };
        }
    }

    public IStorageFile Open(string path, StorageOpenMode mode, long preallocationBytes = 0)
    {
        lock (_lock)
        {
            DiskDirectory directory = FindDirectory(Parent(path)) ?? throw new DirectoryNotFoundException($"Could not find a part of the path '{path}'.");
            string name = Path.GetFileName(path);
            if (directory.Names.GetValueOrDefault(name) is not DiskFile file)
            {
                if (mode == StorageOpenMode.Existing)
                {
                    throw new FileNotFoundException($"Could not find file '{path}'.", path);
                }

                file = new DiskFile { LastModifiedMs = NowMs };
                directory.Change((name, file));
            }
            else if (mode == StorageOpenMode.Truncate)
            {
                file.Truncate(0);
            }

            return new Handle(this, file);
        }
    }

    public bool FileExists(string path) => Locked(() => Find(path) is DiskFile);

    public bool DirectoryExists(string path) => Locked(() => Find(path) is DiskDirectory);

    public void CreateDirectory(string path) => Locked(() =>
    {
        DiskDirectory directory = _root;
        foreach (string name in Parts(path))
        {
            if (directory.Names.GetValueOrDefault(name) is not DiskDirectory next)
            {
                next = new DiskDirectory();
                directory.Change((name, next));
            }

            directory = next;
        }

        return true;
    });

    public IReadOnlyList<StorageEntry> List(string directory) => Locked(() => FindDirectory(directory) is { } found
        ? found.Names.Select(entry => new StorageEntry(entry.Key, entry.Value is DiskDirectory, (entry.Value as DiskFile)?.Length ?? 0)).ToList()
        : []);

    public void Rename(string from, string to) => Locked(() =>
    {
        DiskNode node = Find(from) ?? throw new FileNotFoundException($"Could not find file '{from}'.", from);
        DiskDirectory source = FindDirectory(Parent(from))!;
        DiskDirectory target = FindDirectory(Parent(to)) ?? throw new DirectoryNotFoundException($"Could not find a part of the path '{to}'.");
        if (target.Names.GetValueOrDefault(Path.GetFileName(to)) is DiskDirectory || !ReferenceEquals(source, target))
        {
            throw new IOException($"Cannot move '{from}' to '{to}'.");
        }

        source.Change((Path.GetFileName(from), null), (Path.GetFileName(to), node));
        return true;
    });

    public bool DeleteFile(string path) => Locked(() =>
    {
        if (Find(path) is not DiskFile)
        {
            return false;
        }

        FindDirectory(Parent(path))!.Change((Path.GetFileName(path), null));
        return true;
    });

    public void DeleteDirectory(string path) => Locked(() =>
    {
        if (Find(path) is DiskDirectory directory)
        {
            foreach (string name in (string[])[.. directory.Names.Keys])
            {
                directory.Change((name, null));
            }

            FindDirectory(Parent(path))!.Change((Path.GetFileName(path), null));
        }

        return true;
    });

    public void FlushDirectory(string path) => Locked(() =>
    {
        (FindDirectory(path) ?? throw new DirectoryNotFoundException(path)).Flush();
        return true;
    });

    public void FlushVolume(string directory) => Locked(() =>
    {
        _root.FlushAll();
        return true;
    });

    public long LastModifiedMs(string path) => Locked(() => (Find(path) as DiskFile)?.LastModifiedMs ?? 0);

    public StorageVolume Volume(string directory) =>
        CapacityBytes == long.MaxValue ? new StorageVolume(-1, -1) : new StorageVolume(CapacityBytes, Math.Max(0, CapacityBytes - UsedBytes));

    public IDisposable? TryLock(string path) => Locked(() => _locks.Add(path) ? new HeldLock(this, path) : null);

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Parent(string path) => Path.GetDirectoryName(path) ?? "";

    private static string[] Parts(string path) => path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);

    private T Locked<T>(Func<T> operation)
    {
        lock (_lock)
        {
            return operation();
        }
    }

    private DiskDirectory? FindDirectory(string path) => Find(path) as DiskDirectory;

    private DiskNode? Find(string path)
    {
        DiskNode? node = _root;
        foreach (string name in Parts(path))
        {
            node = (node as DiskDirectory)?.Names.GetValueOrDefault(name);
        }

        return node;
    }

    private void Write(DiskFile file, ReadOnlySpan<byte> source, long position)
    {
        lock (_lock)
        {
            long grows = Math.Max(0, position + source.Length - file.Length);
            long room = CapacityBytes == long.MaxValue ? long.MaxValue : CapacityBytes - _root.Bytes;
            int fits = (int)Math.Min(source.Length, source.Length - (grows - Math.Min(grows, Math.Max(0, room))));
            file.Write(source[..fits], position);
            file.LastModifiedMs = NowMs;
            if (fits < source.Length)
            {
                throw new StorageFullException("No space left on device");
            }
        }
    }

    private sealed class HeldLock(SimulatedDisk disk, string path) : IDisposable
    {
        public void Dispose() => disk.Locked(() => disk._locks.Remove(path));
    }

    private sealed class Handle(SimulatedDisk disk, DiskFile file) : IStorageFile
    {
        private bool _isDisposed;

        public long Length => disk.Locked(() => Open.Length);

        private DiskFile Open
        {
            get
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                return file;
            }
        }

        public int Read(Span<byte> destination, long position)
        {
            lock (disk._lock)
            {
                return Open.Read(destination, position);
            }
        }

        public void Write(ReadOnlySpan<byte> source, long position) => disk.Write(Open, source, position);

        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> sources, long position)
        {
            foreach (ReadOnlyMemory<byte> source in sources)
            {
                disk.Write(Open, source.Span, position);
                position += source.Length;
            }
        }

        public void Truncate(long length) => disk.Locked(() => Open.Truncate((int)length));

        public void Flush() => disk.Locked(() => Open.Flush());

        public void Dispose() => _isDisposed = true;
    }
}
