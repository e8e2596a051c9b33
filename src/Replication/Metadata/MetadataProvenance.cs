namespace Compat.Replication.Metadata;

/// <summary>Up to where in the metadata log an image goes.</summary>
/// <param name="LastContainedOffset">Offset of the last record in it, -1 if none.</param>
/// <param name="LastContainedEpoch">Epoch of that record's batch, -1 if none.</param>
/// <param name="LastContainedLogTimeMs">Append time of that batch, Unix milliseconds, -1 if none.</param>
/// <param name="IsOffsetBatchAligned">True if that record is the last of its batch, so that a snapshot may end here.</param>
public readonly record struct MetadataProvenance(
    long LastContainedOffset,
    int LastContainedEpoch,
    long LastContainedLogTimeMs,
    bool IsOffsetBatchAligned)
{
    /// <summary>Before the first record.</summary>
    public static MetadataProvenance Empty => new(-1, -1, -1, true);
}
