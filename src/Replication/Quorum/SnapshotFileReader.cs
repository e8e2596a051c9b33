using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>Reads a snapshot file from its header to its footer; every batch is checked.</summary>
internal sealed class SnapshotFileReader
{
    private readonly IStorage _storage;
    private readonly string _path;

    public SnapshotFileReader(IStorage storage, string path)
    {
        _storage = storage;
        _path = path;
    }

    /// <summary>The header's batch.</summary>
    public RecordBatch Header()
    {
        foreach (RecordBatch batch in Batches())
        {
            return batch;
        }
        throw new MetadataException($"The snapshot {_path} is empty.");
    }

    /// <summary>The records between header and footer.</summary>
    /// <exception cref="MetadataException">The snapshot is damaged or has no footer.</exception>
    public IEnumerable<MetadataRecord> Records()
    {
        bool isComplete = false;
        foreach (RecordBatch batch in Batches())
        {
            if (isComplete)
            {
                throw new MetadataException($"The snapshot {_path} goes on after its footer.");
            }
            if (batch.IsControl)
            {
                isComplete = ControlRecords.IsFooter(batch);
                continue;
            }
            foreach (MetadataRecord record in MetadataBatchCodec.DecodeRecords(batch))
            {
                yield return record;
            }
        }
        if (!isComplete)
        {
            throw new MetadataException($"The snapshot {_path} does not end with a footer.");
        }
    }

    private IEnumerable<RecordBatch> Batches()
    {
        using IStorageFile file = _storage.Open(_path, StorageOpenMode.Existing);
        long length = file.Length;
        byte[] overhead = new byte[RecordBatch.LogOverhead];
        for (long position = 0; position < length;)
        {
            if (file.Read(overhead, position) < overhead.Length || !RecordBatch.TryReadSize(overhead, out int size)
                || size > length - position || size > MetadataBatchCodec.MaxBatchBytes + RecordBatch.HeaderSize)
            {
                throw new MetadataException($"The snapshot {_path} is cut off or damaged at position {position}.");
            }
            byte[] bytes = new byte[size];
            file.Read(bytes, position);
            var batch = new RecordBatch(bytes);
            MetadataBatchCodec.ThrowIfDamaged(batch);
            yield return batch;
            position += size;
        }
    }
}
