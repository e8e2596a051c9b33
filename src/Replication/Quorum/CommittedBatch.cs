using Compat.Replication.Metadata;

namespace Compat.Replication.Quorum;

/// <summary>A batch of the metadata log that is committed; its records take effect together.</summary>
/// <param name="BaseOffset">Offset of its first record.</param>
/// <param name="LastOffset">Offset of its last record.</param>
/// <param name="Epoch">The epoch in which it was appended.</param>
/// <param name="AppendTimestampMs">When it was appended, Unix milliseconds.</param>
/// <param name="SizeInBytes">Its size in the log.</param>
/// <param name="Records">Its records; none for a control batch, which moves offsets only.</param>
public sealed record CommittedBatch(
    long BaseOffset,
    long LastOffset,
    int Epoch,
    long AppendTimestampMs,
    int SizeInBytes,
    IReadOnlyList<MetadataRecord> Records);
