namespace Compat.Log.Storage;

/// <summary>
/// A file system in the memory of the process, for brokers that leave nothing behind and for tests. Writes are visible
/// at once and outlive the objects that made them, as a page cache outlives a process: opening the same storage again
/// without closing anything is what a killed process leaves.
/// </summary>
public sealed class MemoryStorage : IStorage
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Dictionary<string, MemoryDirectory> _directories = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);

    /// <summary>Creates an empty file system whose modification times come from the given clock.</summary>
    public MemoryStorage(TimeProvider time)
    {
        _time = time;
    }

    /// <summary>A copy of everything stored, without the locks; what a killed process would find at its next start.</summary>
    public MemoryStorage Copy()
    {
        MemoryStorage copy = new(_time);
        lock (_lock)
        {
            foreach ((string path, MemoryDirectory directory) in _directories)
            {
                copy._directories[path] = directory.Copy();
            }
        }

        return copy;
    }

    /// <inheritdoc/>
    public IStorageFile Open(string path, StorageOpenMode mode, long preallocationBytes = 0)
    {
        (string directoryPath, string name) = Split(path);
        lock (_lock)
        {
            if (!_directories.TryGetValue(directoryPath, out MemoryDirectory? directory))
            {
                throw new DirectoryNotFoundException($"Could not find a part of the path '{path}'.");
            }

            if (!directory.Files.TryGetValue(name, out MemoryFile? file))
            {
                if (mode == StorageOpenMode.Existing)
                {
                    throw new FileNotFoundException($"Could not find file '{path}'.", path);
                }

                file = new MemoryFile(_time);
                directory.Files[name] = file;
            }
            else if (mode == StorageOpenMode.Truncate)
            {
                file.Truncate(0);
            }

            return new MemoryFileHandle(file);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => Find(path) is not null;

    /// <inheritdoc/>
    public bool DirectoryExists(string path)
    {
        lock (_lock)
        {
            return _directories.ContainsKey(Normalize(path));
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            for (string? each = Normalize(path); !string.IsNullOrEmpty(each); each = Path.GetDirectoryName(each))
            {
                _directories.TryAdd(each, new MemoryDirectory());
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StorageEntry> List(string directory)
    {
        string path = Normalize(directory);
        lock (_lock)
        {
            if (!_directories.TryGetValue(path, out MemoryDirectory? content))
            {
                return [];
            }

            List<StorageEntry> entries = [.. content.Files.Select(file => new StorageEntry(file.Key, false, file.Value.Length))];
            entries.AddRange(_directories.Keys
                .Where(other => Path.GetDirectoryName(other) == path && other != path)
                .Select(other => new StorageEntry(Path.GetFileName(other), true, 0)));
            return entries;
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        string source = Normalize(from);
        lock (_lock)
        {
            if (_directories.ContainsKey(source))
            {
                RenameDirectory(source, Normalize(to));
            }
            else
            {
                RenameFile(from, to);
            }
        }
    }

    /// <inheritdoc/>
    public bool DeleteFile(string path)
    {
        (string directoryPath, string name) = Split(path);
        lock (_lock)
        {
            return _directories.TryGetValue(directoryPath, out MemoryDirectory? directory) && directory.Files.Remove(name);
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        string root = Normalize(path);
        lock (_lock)
        {
            foreach (string each in Below(root))
            {
                _directories.Remove(each);
            }
        }
    }

    /// <inheritdoc/>
    public void FlushDirectory(string path)
    {
        // There is nothing between a name and the memory it is in.
    }

    /// <inheritdoc/>
    public bool CanFlushVolume => true;

    /// <inheritdoc/>
    public void FlushVolume(string directory)
    {
        // As above.
    }

    /// <inheritdoc/>
    public long LastModifiedMs(string path) => Find(path)?.LastModifiedMs ?? 0;

    /// <summary>The room that every directory's volume is said to have; -1 for unknown.</summary>
    public StorageVolume Room { get; set; } = new(-1, -1);

    /// <inheritdoc/>
    public StorageVolume Volume(string directory) => Room;

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        string name = Normalize(path);
        lock (_lock)
        {
            return _locks.Add(name) ? new HeldLock(this, name) : null;
        }
    }

    private static string Normalize(string path) => Path.TrimEndingDirectorySeparator(path);

    private static (string Directory, string Name) Split(string path) =>
        (Path.GetDirectoryName(path) ?? "", Path.GetFileName(path));

    private MemoryFile? Find(string path)
    {
        (string directoryPath, string name) = Split(path);
        lock (_lock)
        {
            return _directories.TryGetValue(directoryPath, out MemoryDirectory? directory)
                ? directory.Files.GetValueOrDefault(name)
                : null;
        }
    }

    private void RenameDirectory(string source, string target)
    {
        if (_directories.ContainsKey(target))
        {
            throw new IOException($"Cannot create '{target}' because it already exists.");
        }

        foreach (string each in Below(source))
        {
            _directories.Remove(each, out MemoryDirectory? directory);
            _directories[target + each[source.Length..]] = directory!;
        }
    }

    private void RenameFile(string from, string to)
    {
        (string sourcePath, string sourceName) = Split(from);
        (string targetPath, string targetName) = Split(to);
        if (!_directories.TryGetValue(sourcePath, out MemoryDirectory? source)
            || !source.Files.TryGetValue(sourceName, out MemoryFile? file))
        {
            throw new FileNotFoundException($"Could not find file '{from}'.", from);
        }

        if (!_directories.TryGetValue(targetPath, out MemoryDirectory? target))
        {
            throw new DirectoryNotFoundException($"Could not find a part of the path '{to}'.");
        }

        source.Files.Remove(sourceName);
        target.Files[targetName] = file;
    }

    private List<string> Below(string root) =>
        [.. _directories.Keys.Where(each => each == root || each.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))];

    private sealed class MemoryDirectory
    {
        public Dictionary<string, MemoryFile> Files { get; } = new(StringComparer.Ordinal);

        public MemoryDirectory Copy()
        {
            MemoryDirectory copy = new();
            foreach ((string name, MemoryFile file) in Files)
            {
                copy.Files[name] = file.Copy();
            }

            return copy;
        }
    }

    private sealed class HeldLock(MemoryStorage storage, string name) : IDisposable
    {
        public void Dispose()
        {
            lock (storage._lock)
            {
                storage._locks.Remove(name);
            }
        }
    }
}
