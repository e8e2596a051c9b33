using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Loading;
using Compat.Replication.Metadata;
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

    /// <summary>Appends a batch that has its offsets and epoch.</summary>
    /// <exception cref="IOException">The device does not take it.</exception>
    public void Append(byte[] batch, int epoch)
    {
        AppendResult result = _log.AppendAsLeader(batch, epoch, AppendOrigin.RaftLeader);
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

    /// <summary>Begins a snapshot; its end removes what is not needed any more.</summary>
    public SnapshotFileWriter CreateSnapshot(OffsetAndEpoch id, long lastContainedLogTimestampMs, VoterSet voters) => new(
        _context.Storage, DirectoryPath, id, lastContainedLogTimestampMs, voters, _context.Time, OnFrozen);

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
