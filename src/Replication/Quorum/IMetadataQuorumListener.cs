using Compat.Replication.Metadata;

namespace Compat.Replication.Quorum;

/// <summary>
/// Follows the metadata log. Called from one logical thread, one call at a time, in the order of the log. What a
/// member throws is a fault of the listener: the quorum stops and reports it by <see cref="OnFatal"/>.
/// </summary>
public interface IMetadataQuorumListener
{
    /// <summary>
    /// The state up to an offset, in place of the log before it. Everything known before is void. At the start
    /// <see cref="OnCommitted"/> follows with the log behind it, even if that is empty.
    /// </summary>
    /// <param name="snapshot">The snapshot; its records are read while they are enumerated, once.</param>
    void OnSnapshot(MetadataSnapshot snapshot);

    /// <summary>The next committed batches, in order and without gaps; read while they are enumerated, once.</summary>
    void OnCommitted(IEnumerable<CommittedBatch> batches);

    /// <summary>
    /// Another leader or epoch. For this node itself only after everything before its epoch was given to
    /// <see cref="OnCommitted"/>, so that the new leader decides upon the whole log.
    /// </summary>
    void OnLeaderChange(LeaderAndEpoch leader);

    /// <summary>The log can be neither written nor trusted any more. The process should end; nothing follows.</summary>
    void OnFatal(Exception cause);
}

/// <summary>The state up to an offset of the metadata log.</summary>
/// <param name="Id">Where it ends.</param>
/// <param name="LastContainedLogTimestampMs">Append time of the last record in it, Unix milliseconds.</param>
/// <param name="Records">The records that make the state.</param>
public sealed record MetadataSnapshot(
    OffsetAndEpoch Id,
    long LastContainedLogTimestampMs,
    IEnumerable<MetadataRecord> Records);
