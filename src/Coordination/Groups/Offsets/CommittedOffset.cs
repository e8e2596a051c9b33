using Compat.Wire;

namespace Compat.Coordination.Groups.Offsets;

/// <summary>An offset a group has committed for a partition.</summary>
/// <param name="Offset">The offset.</param>
/// <param name="LeaderEpoch">The leader epoch of the last record read, or -1.</param>
/// <param name="Metadata">What the client attached, given back as it came.</param>
/// <param name="CommitTimestampMs">When it was committed, milliseconds since 1970.</param>
/// <param name="ExpireTimestampMs">When it expires, if the commit said so, else <see cref="NoTimestamp"/>.</param>
/// <param name="TopicId">The topic's id at the time; zero in records older than Kafka 4.</param>
/// <param name="RecordOffset">Where the commit stands in the coordinator's log.</param>
internal sealed record CommittedOffset(
    long Offset, int LeaderEpoch, string Metadata, long CommitTimestampMs, long ExpireTimestampMs, Uuid TopicId, long RecordOffset)
{
    /// <summary>The timestamp of an offset that does not say when it expires.</summary>
    public const long NoTimestamp = -1;
}
