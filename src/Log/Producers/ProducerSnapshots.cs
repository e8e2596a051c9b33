using Compat.Log.Segments;
using Compat.Log.Storage;

namespace Compat.Log.Producers;

/// <summary>
/// The <c>.snapshot</c> files of a partition, by offset: one where each segment begins, so that a segment can be
/// recovered without reading those before it, and one where the log ended when it was closed.
/// </summary>
/// <remarks>Not safe for several threads; the log's lock covers it.</remarks>
internal sealed class ProducerSnapshots(IStorage storage, LogFolder folder)
{
    // Ascending; a log has about as many as it has segments.
    private readonly List<long> _offsets = [];

    // The latest snapshot that is known to have no producers in it.
    private long _emptyOffset = -1;

    /// <summary>The offset of the latest snapshot, or -1.</summary>
    public long Latest => _offsets.Count == 0 ? -1 : _offsets[^1];

    /// <summary>Notes a file that a listing of the directory showed.</summary>
    /// <param name="offset">Its offset.</param>
    /// <param name="length">Its length in bytes; null when it is not known to be all that was written.</param>
    public void Discovered(long offset, long? length)
    {
        // Most topics have no idempotent producers; what their snapshots say is known by the length.
        _emptyOffset = length == ProducerSnapshot.HeaderSize ? offset : _emptyOffset;
        Add(offset);
    }

    private void Add(long offset)
    {
        int index = _offsets.BinarySearch(offset);
        if (index < 0)
        {
            _offsets.Insert(~index, offset);
        }
    }

    /// <summary>Writes a snapshot unless there is one at that offset already.</summary>
    /// <param name="states">The producers; the snapshot is taken at their end offset.</param>
    /// <param name="flush">Whether to return only when it is durable.</param>
    public void Take(ProducerStates states, bool flush)
    {
        if (states.EndOffset <= Math.Max(Latest, 0))
        {
            return;
        }

        storage.WriteAllBytes(PathOf(states.EndOffset), ProducerSnapshot.Write(states.Producers), flush);
        Add(states.EndOffset);
        _emptyOffset = states.Count == 0 ? states.EndOffset : _emptyOffset;
    }

    /// <summary>
    /// Sets the state to the latest usable snapshot at or before an offset, or to nothing at <paramref name="fallback"/>.
    /// A damaged snapshot is deleted and the one before it is used: what follows is then read from the log.
    /// </summary>
    public void LoadInto(ProducerStates states, long atMost, long fallback, long nowMs, long expirationMs)
    {
        for (int index = _offsets.Count - 1; index >= 0; index--)
        {
            long offset = _offsets[index];
            if (offset > atMost || offset < fallback)
            {
                continue;
            }

            if (offset == _emptyOffset)
            {
                states.Reset(offset);
                return;
            }

            if (ProducerSnapshot.Read(storage.ReadAllBytes(PathOf(offset)) ?? []) is { } producers)
            {
                states.Load(producers, offset, nowMs, expirationMs);
                return;
            }

            Delete(offset);
        }

        states.Reset(fallback);
    }

    /// <summary>Deletes the snapshots that a test chooses by their offset.</summary>
    public void DeleteWhere(Predicate<long> test)
    {
        foreach (long offset in _offsets.FindAll(test))
        {
            Delete(offset);
        }
    }

    /// <summary>Makes a snapshot durable if there is one at the offset.</summary>
    public void Flush(long offset)
    {
        if (storage.FileExists(PathOf(offset)))
        {
            using IStorageFile file = storage.Open(PathOf(offset), StorageOpenMode.Existing);
            file.Flush();
        }
    }

    private void Delete(long offset)
    {
        _offsets.Remove(offset);

        // Another one may be taken at this offset.
        _emptyOffset = _emptyOffset == offset ? -1 : _emptyOffset;
        storage.DeleteFile(PathOf(offset));
    }

    private string PathOf(long offset) => folder.File(offset, LogFileNames.ProducerSnapshotSuffix);
}
