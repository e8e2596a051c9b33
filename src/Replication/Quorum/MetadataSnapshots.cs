using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>The snapshot files in the directory of the metadata log.</summary>
internal sealed class MetadataSnapshots
{
    private readonly IStorage _storage;
    private readonly string _directory;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<OffsetAndEpoch, long> _sizes = [];

    public MetadataSnapshots(IStorage storage, string directory)
    {
        _storage = storage;
        _directory = directory;
    }

    /// <summary>The newest snapshot, or null; the bootstrap one counts only for <see cref="HasBootstrap"/>.</summary>
    public OffsetAndEpoch? Latest
    {
        get
        {
            lock (_gate)
            {
                return _sizes.Count == 0 ? null : _sizes.Last().Key;
            }
        }
    }

    /// <summary>The oldest snapshot, or null.</summary>
    public OffsetAndEpoch? Earliest
    {
        get
        {
            lock (_gate)
            {
                return _sizes.Count == 0 ? null : _sizes.First().Key;
            }
        }
    }

    public bool HasBootstrap { get; private set; }

    /// <summary>Bytes of all snapshots.</summary>
    public long Size
    {
        get
        {
            lock (_gate)
            {
                return _sizes.Values.Sum();
            }
        }
    }

    /// <summary>
    /// Lists the directory and deletes what is left of unfinished snapshots, and those from before the log.
    /// </summary>
    /// <exception cref="MetadataException">The log begins after the newest snapshot: what was in between is lost.</exception>
    public void Load(long logStartOffset)
    {
        foreach (StorageEntry entry in _storage.List(_directory))
        {
            if (SnapshotFileNames.IsLeftover(entry.Name))
            {
                _storage.DeleteFile(Path.Combine(_directory, entry.Name));
            }
            else if (SnapshotFileNames.TryParse(entry.Name, out OffsetAndEpoch id))
            {
                Add(id, entry.Length, logStartOffset);
            }
        }
        if (logStartOffset > 0 && (Latest is not { } latest || latest.Offset < logStartOffset))
        {
            throw new MetadataException(
                $"The metadata log in {_directory} begins at offset {logStartOffset}, but the newest snapshot is {Latest}.");
        }
    }

    private void Add(OffsetAndEpoch id, long length, long logStartOffset)
    {
        if (id == OffsetAndEpoch.Bootstrap)
        {
            HasBootstrap = true;
        }
        else if (id.Offset < logStartOffset)
        {
            _storage.DeleteFile(PathOf(id));
        }
        else
        {
            _sizes[id] = length;
        }
    }

    public string PathOf(OffsetAndEpoch id) => Path.Combine(_directory, SnapshotFileNames.Name(id));

    public SnapshotFileReader Open(OffsetAndEpoch id) => new(_storage, PathOf(id));

    /// <summary>Reads a snapshot with its control records.</summary>
    public (MetadataSnapshot Snapshot, VoterSet Voters) Read(OffsetAndEpoch id)
    {
        SnapshotFileReader reader = Open(id);
        RecordBatch header = reader.Header();
        long timestampMs = (header.IsControl ? ControlRecords.LastContainedLogTimestampOf(header) : null)
            ?? throw new MetadataException($"The snapshot {PathOf(id)} does not begin with a header.");
        return (new MetadataSnapshot(id, timestampMs, reader.Records()), ControlRecords.Apply(VoterSet.Empty, header));
    }

    /// <summary>The size of a snapshot in bytes, or null if there is none of that name. The bootstrap one is not for others.</summary>
    public long? SizeOf(OffsetAndEpoch id)
    {
        lock (_gate)
        {
            return _sizes.TryGetValue(id, out long size) ? size : null;
        }
    }

    /// <summary>Notes a snapshot that was written.</summary>
    public void OnFrozen(OffsetAndEpoch id, long size)
    {
        lock (_gate)
        {
            if (id == OffsetAndEpoch.Bootstrap)
            {
                HasBootstrap = true;
            }
            else
            {
                _sizes[id] = size;
            }
        }
    }

    /// <summary>
    /// Forgets and deletes the oldest snapshots while a condition asks for it; the newest one always stays.
    /// </summary>
    /// <param name="shouldDelete">Asked with the oldest snapshot.</param>
    /// <returns>The snapshot that the log may begin at, or null if none was deleted.</returns>
    public OffsetAndEpoch? DeleteOldest(Func<OffsetAndEpoch, bool> shouldDelete)
    {
        OffsetAndEpoch? start = null;
        while (TryGetOldestOfSeveral(out OffsetAndEpoch oldest) && shouldDelete(oldest))
        {
            lock (_gate)
            {
                _sizes.Remove(oldest);
                start = _sizes.First().Key;
            }
            _storage.DeleteFile(PathOf(oldest));
        }
        return start;
    }

    private bool TryGetOldestOfSeveral(out OffsetAndEpoch oldest)
    {
        lock (_gate)
        {
            oldest = _sizes.Count == 0 ? default : _sizes.First().Key;
            return _sizes.Count > 1;
        }
    }
}
