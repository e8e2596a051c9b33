namespace Compat.Coordination.Groups.Records;

/// <summary>
/// The kinds of records in <c>__consumer_offsets</c> that a classic group coordinator reads; a record's key begins with its
/// kind. The kinds of the other group protocols (3 and up) are passed over. The numbers are on disk and never change.
/// </summary>
internal enum GroupRecordKind : short
{
    /// <summary>An offset commit of before Kafka 0.9.</summary>
    LegacyOffsetCommit = 0,

    /// <summary>An offset commit.</summary>
    OffsetCommit = 1,

    /// <summary>A classic group.</summary>
    GroupMetadata = 2,
}
