using System.Runtime.InteropServices;
using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Loading;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>
/// The log of the partition <c>__cluster_metadata-0</c> with its snapshots: what every form of the quorum appends to and
/// reads from.
/// </summary>
internal sealed class MetadataLog
{
    private readonly MetadataQuorumOptions _options;
    private readonly LogContext _context;
    private readonly PartitionLog _log;

    private MetadataLog(MetadataQuorumOptions options, LogContext context, PartitionLog log, MetadataSnapshots snapshots)
    {
        _options = options;
        _context = context;
        _log = log;
        Snapshots = snapshots;
    }

    public static TopicPartition TopicPartition { get; } = new(TopicName.ClusterMetadata, 0);

    public MetadataSnapshots Snapshots { get; }

    public string DirectoryPath => _log.DirectoryPath;

    public long StartOffset => _log.LogStartOffset;

    public long EndOffset => _log.LogEndOffset;

    /// <summary>The epoch of the last record of log and snapshots, 0 if there is none.</summary>
    public int LastEpoch => Math.Max(Math.Max(_log.LatestEpoch, 0), Snapshots.Latest?.Epoch ?? 0);

    /// <summary>Opens the log, or makes it.</summary>
    public static MetadataLog Open(MetadataQuorumOptions options, LogContext context)
    {
        string directory = Path.Combine(options.LogDirectory, TopicPartition.ToString());
        context.Storage.CreateDirectory(directory);
        var log = PartitionLog.Open(context, directory, new LogLoadOptions
        {
            TopicPartition = TopicPartition,
            TopicId = Uuid.One,
            Config = ConfigOf(options),

            // Whatever was committed before the damage would be forgotten with it, and the topics' logs would belong to nobody.
            IsDamageRefused = true,
        });
        var snapshots = new MetadataSnapshots(context.Storage, directory);
        snapshots.Load(log.FirstSegmentOffset);
        var metadataLog = new MetadataLog(options, context, log, snapshots);
        metadataLog.TruncateToLatestSnapshot();
        return metadataLog;
    }

    /// <summary>Appends batches that have their offsets and epochs.</summary>
    /// <exception cref="IOException">The device does not take it.</exception>
    public void Append(ReadOnlyMemory<byte> batches, int epoch, bool isLeader)
    {
        AppendResult result = isLeader
            ? _log.AppendAsLeader(MemoryMarshal.AsMemory(batches), epoch, AppendOrigin.RaftLeader)
            : _log.AppendAsFollower(batches, epoch);
        if (result.ErrorCode != ErrorCode.None)
        {
            throw new IOException($"The metadata log refused a batch: {result.ErrorCode}, {result.ErrorMessage}");
        }
    }

    /// <summary>Returns when everything appended is on the device.</summary>
    public void Flush() => _log.Flush();

    public void AdvanceHighWatermark(long offset) => _log.AdvanceHighWatermark(offset);

    /// <summary>The batches from an offset to the end of the log as it is now.</summary>
    public IEnumerable<RecordBatch> ReadBatches(long fromOffset) => _log.ReadBatches(fromOffset);

    /// <summary>What the core has to know of the log.</summary>
    public LogIndex Index() => new(StartOffset, EndOffset, _log.Epochs, Snapshots.Earliest, Snapshots.Latest);

    /// <summary>Removes what is at an offset, where a batch begins, and behind it.</summary>
    public void TruncateTo(long offset) => _log.TruncateTo(offset);

    /// <summary>Whole batches from an offset on, one at least.</summary>
    public ReadOnlyMemory<byte> Read(long fromOffset, int maxBytes)
    {
        using LogReadResult result = _log.Read(fromOffset, maxBytes, FetchIsolation.LogEnd, minOneBatch: true);
        return result.ErrorCode == ErrorCode.None
            ? result.Records.Memory
            : throw new IOException($"The metadata log cannot be read at offset {fromOffset}: {result.ErrorCode}");
    }

    /// <summary>The piece of a snapshot that an answer is to have, or the answer that there is none.</summary>
    public FetchSnapshotAnswer ReadSnapshot(FetchSnapshotAnswer answer)
    {
        if (Snapshots.SizeOf(answer.SnapshotId) is not { } size)
        {
            return answer with { Error = ErrorCode.SnapshotNotFound };
        }
        if (answer.Position < 0 || answer.Position >= size)
        {
            return answer with { Error = ErrorCode.PositionOutOfRange };
        }
        using IStorageFile file = _context.Storage.Open(Snapshots.PathOf(answer.SnapshotId), StorageOpenMode.Existing);
        byte[] bytes = new byte[Math.Min(size - answer.Position, Math.Max(1, answer.MaxBytes))];
        int read = file.Read(bytes, answer.Position);
        return answer with { Size = size, Bytes = bytes.AsMemory(0, read) };
    }

    /// <summary>Adds a piece to the temporary file of a snapshot that is fetched; position 0 begins it.</summary>
    public void StoreSnapshotPiece(OffsetAndEpoch id, long position, ReadOnlyMemory<byte> bytes)
    {
        using IStorageFile file = _context.Storage.Open(FetchedPath(id), position == 0 ? StorageOpenMode.Truncate : StorageOpenMode.Existing);
        file.Write(bytes.Span, position);
    }

    /// <summary>
    /// Verifies a fetched snapshot, makes it durable under its name, and begins the log anew behind it.
    /// </summary>
    /// <returns>The voters of the snapshot.</returns>
    /// <exception cref="MetadataException">It is damaged, and nothing has changed.</exception>
    public VoterSet InstallSnapshot(OffsetAndEpoch id)
    {
        var reader = new SnapshotFileReader(_context.Storage, FetchedPath(id));
        VoterSet voters = ControlRecords.Apply(VoterSet.Empty, reader.Header());
        // Enumerating the records checks every batch, and that the footer is there.
        _ = reader.Records().LongCount();
        long size;
        using (IStorageFile file = _context.Storage.Open(FetchedPath(id), StorageOpenMode.Existing))
        {
            file.Flush();
            size = file.Length;
        }
        _context.Storage.Rename(FetchedPath(id), Snapshots.PathOf(id));
        _context.Storage.FlushDirectory(DirectoryPath);
        Snapshots.OnFrozen(id, size);
        Snapshots.DeleteOldest(_ => true);
        _log.TruncateFullyAndStartAt(id.Offset);
        return voters;
    }

    /// <summary>Removes what was fetched of a snapshot.</summary>
    public void DiscardSnapshot(OffsetAndEpoch id) => _context.Storage.DeleteFile(FetchedPath(id));

    /// <summary>Begins a snapshot; its end removes what is not needed any more, and is told.</summary>
    public SnapshotFileWriter CreateSnapshot(
        OffsetAndEpoch id, long lastContainedLogTimestampMs, VoterSet voters, Action<OffsetAndEpoch> onCreated) => new(
            _context.Storage,
            DirectoryPath,
            id,
            lastContainedLogTimestampMs,
            voters,
            _context.Time,
            (frozen, size) =>
            {
                OnFrozen(frozen, size);
                onCreated(frozen);
            });

    public void Close()
    {
        if (_log.IsFailed)
        {
            _log.Abandon();
        }
        else
        {
            _log.Close();
        }
    }

    private string FetchedPath(OffsetAndEpoch id) => Path.Combine(DirectoryPath, SnapshotFileNames.FetchedName(id));

    private void OnFrozen(OffsetAndEpoch id, long size)
    {
        Snapshots.OnFrozen(id, size);
        if (id != OffsetAndEpoch.Bootstrap)
        {
            // A new segment, so that the one before can go as a whole once this snapshot is the oldest.
            _log.Roll();
            Clean();
        }
    }

    private void Clean()
    {
        long oldestMs = _context.Time.GetUtcNow().ToUnixTimeMilliseconds() - _options.MaxRetentionMs;
        OffsetAndEpoch? start = Snapshots.DeleteOldest(oldest =>
            (_options.MaxRetentionBytes >= 0 && _log.Size + Snapshots.Size > _options.MaxRetentionBytes)
            || (_options.MaxRetentionMs >= 0 && Snapshots.Read(oldest).Snapshot.LastContainedLogTimestampMs < oldestMs));
        if (start is { } snapshot)
        {
            _log.DeleteRecordsBefore(snapshot.Offset);
            _log.DeleteOldSegments();
        }
    }

    /// <summary>A snapshot that was fetched but not yet followed by the removal of the log it replaces.</summary>
    private void TruncateToLatestSnapshot()
    {
        if (Snapshots.Latest is { } latest && latest.CompareTo(new OffsetAndEpoch(EndOffset, Math.Max(_log.LatestEpoch, 0))) > 0)
        {
            _log.TruncateFullyAndStartAt(latest.Offset);
        }
    }

    private static LogConfig ConfigOf(MetadataQuorumOptions options) => LogConfig.Default with
    {
        SegmentBytes = options.SegmentBytes,
        SegmentMs = options.SegmentMs,
        MaxMessageBytes = MetadataBatchCodec.MaxBatchBytes + RecordBatch.HeaderSize,
        RetentionBytes = -1,
        RetentionMs = -1,
    };
}
