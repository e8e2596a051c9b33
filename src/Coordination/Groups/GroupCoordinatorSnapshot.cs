using Compat.Wire;

namespace Compat.Coordination.Groups;

/// <summary>The groups and committed offsets of the partitions led here, for metrics.</summary>
/// <param name="Groups">All groups.</param>
/// <param name="Offsets">All committed offsets.</param>
public sealed record GroupCoordinatorSnapshot(IReadOnlyList<GroupSummary> Groups, IReadOnlyList<CommittedOffsetSummary> Offsets);

/// <summary>One group at a glance.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="GroupType">Its kind as ListGroups names it.</param>
/// <param name="State">Its state as ListGroups names it.</param>
/// <param name="ProtocolType">Its protocol type, empty when it has none.</param>
/// <param name="MemberCount">Its members.</param>
public readonly record struct GroupSummary(string GroupId, string GroupType, string State, string ProtocolType, int MemberCount);

/// <summary>One committed offset.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="TopicPartition">The partition.</param>
/// <param name="TopicId">The topic's id when the offset was committed; zero when it is not known.</param>
/// <param name="Offset">The offset.</param>
/// <param name="CommitTimestampMs">When it was committed, milliseconds since 1970.</param>
public readonly record struct CommittedOffsetSummary(
    string GroupId, TopicPartition TopicPartition, Uuid TopicId, long Offset, long CommitTimestampMs);
