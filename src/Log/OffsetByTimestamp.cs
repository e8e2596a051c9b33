namespace Compat.Log;

/// <summary>A record found by time, as ListOffsets answers it.</summary>
/// <param name="Timestamp">The record's timestamp, ms; -1 where only the offset was asked for.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="LeaderEpoch">The leader epoch of its batch, -1 when it is not known.</param>
public readonly record struct OffsetByTimestamp(long Timestamp, long Offset, int LeaderEpoch);
