using Compat.Replication.Quorum;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Metadata;

/// <summary>
/// Takes a snapshot of the image once enough of the log has been replayed since the last one, or enough time has gone
/// by, so that a start reads little. Written beside the replay: an image does not change meanwhile.
/// </summary>
public sealed partial class SnapshotGenerator : IMetadataPublisher
{
    private readonly IMetadataQuorum _quorum;
    private readonly MetadataLoader _loader;
    private readonly SnapshotOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SerialWorker _worker;
    private MetadataImage? _wanted;
    private long _lastSnapshotAt;

    /// <summary>Makes a generator; it is added to the loader as the last publisher.</summary>
    public SnapshotGenerator(
        IMetadataQuorum quorum,
        MetadataLoader loader,
        SnapshotOptions options,
        TimeProvider time,
        ILogger<SnapshotGenerator> logger)
    {
        _quorum = quorum;
        _loader = loader;
        _options = options;
        _time = time;
        _logger = logger;
        _worker = new SerialWorker(Emit);
        _lastSnapshotAt = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        if (image.Provenance.IsOffsetBatchAligned && IsDue())
        {
            _loader.ResetBytesSinceSnapshot();
            _lastSnapshotAt = _time.GetTimestamp();
            Volatile.Write(ref _wanted, image);
            _worker.Signal();
        }
    }

    /// <summary>Finishes the snapshot being written, if any.</summary>
    public Task StopAsync() => _worker.DrainAsync();

    private bool IsDue() => _loader.BytesSinceSnapshot >= _options.MaxBytesBetweenSnapshots
        || (_options.MaxInterval > TimeSpan.Zero && _time.GetElapsedTime(_lastSnapshotAt) >= _options.MaxInterval);

    private void Emit()
    {
        if (Interlocked.Exchange(ref _wanted, null) is not { } image)
        {
            return;
        }
        MetadataProvenance provenance = image.Provenance;
        var id = new OffsetAndEpoch(provenance.LastContainedOffset + 1, provenance.LastContainedEpoch);
        try
        {
            using IMetadataSnapshotWriter? writer = _quorum.CreateSnapshot(id, provenance.LastContainedLogTimeMs);
            writer?.Append(image.ToRecords());
            writer?.Freeze();
        }
        catch (IOException e)
        {
            // The log is still whole, so nothing is lost; the next one is due as usual.
            LogFailed(id, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The metadata snapshot {Id} could not be written")]
    private partial void LogFailed(OffsetAndEpoch id, Exception exception);
}

/// <summary>When snapshots are taken.</summary>
/// <param name="MaxBytesBetweenSnapshots">metadata.log.max.record.bytes.between.snapshots, 1 or more.</param>
/// <param name="MaxInterval">metadata.log.max.snapshot.interval.ms; zero for none by time.</param>
public sealed record SnapshotOptions(long MaxBytesBetweenSnapshots, TimeSpan MaxInterval)
{
    /// <summary>Kafka's defaults: 20 MiB or an hour.</summary>
    public static SnapshotOptions Default { get; } = new(20 * 1024 * 1024, TimeSpan.FromHours(1));
}
