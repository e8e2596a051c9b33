using System.Buffers;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>
/// Writes a snapshot: to a temporary file, flushed, then renamed, then the directory flushed, so that the final name
/// only ever stands for a whole snapshot.
/// </summary>
internal sealed class SnapshotFileWriter : IMetadataSnapshotWriter
{
    /// <summary>Bytes after which a batch is closed and written.</summary>
    private const int BatchBytes = 1024 * 1024;

    private readonly IStorage _storage;
    private readonly string _directory;
    private readonly OffsetAndEpoch _id;
    private readonly TimeProvider _time;
    private readonly Action<OffsetAndEpoch, long> _onFrozen;
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private readonly IStorageFile _file;
    private long _position;
    private long _nextOffset;
    private bool _isFrozen;

    public SnapshotFileWriter(
        IStorage storage,
        string directory,
        OffsetAndEpoch id,
        long lastContainedLogTimestampMs,
        VoterSet voters,
        TimeProvider time,
        Action<OffsetAndEpoch, long> onFrozen)
    {
        _storage = storage;
        _directory = directory;
        _id = id;
        _time = time;
        _onFrozen = onFrozen;
        _file = storage.Open(PartialPath, StorageOpenMode.Truncate);
        Write(ControlRecords.SnapshotHeader(id.Epoch, NowMs, lastContainedLogTimestampMs, voters));
    }

    private string PartialPath => Path.Combine(_directory, SnapshotFileNames.PartialName(_id));

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public void Append(IEnumerable<MetadataRecord> records)
    {
        RecordBatchBuilder? batch = null;
        try
        {
            foreach (MetadataRecord record in records)
            {
                batch ??= new RecordBatchBuilder { BaseOffset = _nextOffset, PartitionLeaderEpoch = _id.Epoch };
                MetadataBatchCodec.Append(batch, NowMs, record, _scratch);
                if (batch.UncompressedSize >= BatchBytes)
                {
                    Write(batch.Build());
                    batch.Dispose();
                    batch = null;
                }
            }
            if (batch is not null)
            {
                Write(batch.Build());
            }
        }
        finally
        {
            batch?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Freeze()
    {
        Write(ControlRecords.SnapshotFooter(_nextOffset, _id.Epoch, NowMs));
        _file.Flush();
        _file.Dispose();
        _storage.Rename(PartialPath, Path.Combine(_directory, SnapshotFileNames.Name(_id)));
        _storage.FlushDirectory(_directory);
        _isFrozen = true;
        _onFrozen(_id, _position);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isFrozen)
        {
            _file.Dispose();
            _storage.DeleteFile(PartialPath);
        }
    }

    private void Write(byte[] batch)
    {
        _file.Write(batch, _position);
        _position += batch.Length;
        _nextOffset = new RecordBatch(batch).NextOffset;
    }
}
