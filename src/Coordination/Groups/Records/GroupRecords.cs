using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Records;

/// <summary>Reads and makes the records of <c>__consumer_offsets</c>.</summary>
internal static class GroupRecords
{
    /// <summary>Reads a record; null when it is of a kind that is not known here.</summary>
    /// <exception cref="WireFormatException">The record is of a known kind and malformed, or of an unknown version.</exception>
    public static CoordinatorRecord? Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value)
    {
        var reader = new WireReader(key);
        return (GroupRecordKind)reader.ReadInt16() switch
        {
            GroupRecordKind.LegacyOffsetCommit or GroupRecordKind.OffsetCommit => ReadOffsetCommit(ref reader, value),
            GroupRecordKind.GroupMetadata => ReadGroupMetadata(ref reader, value),
            _ => null,
        };
    }

    /// <summary>The deletion of a committed offset.</summary>
    public static OffsetCommitRecord OffsetTombstone(string groupId, string topic, int partition) =>
        new(new OffsetCommitKey { Group = groupId, Topic = topic, Partition = partition }, null);

    /// <summary>The deletion of a group.</summary>
    public static GroupMetadataRecord GroupTombstone(string groupId) => new(new GroupMetadataKey { Group = groupId }, null);

    private static OffsetCommitRecord ReadOffsetCommit(ref WireReader reader, ReadOnlyMemory<byte>? value)
    {
        // The legacy kind has the same key and its values are version 0 and 1 of the current one's.
        var key = OffsetCommitKey.Read(ref reader, 0);
        if (value is not { } bytes)
        {
            return new OffsetCommitRecord(key, null);
        }

        var valueReader = new WireReader(bytes);
        short version = ReadVersion(ref valueReader, OffsetCommitValue.MaxVersion, "OffsetCommitValue");
        return new OffsetCommitRecord(key, OffsetCommitValue.Read(ref valueReader, version));
    }

    private static GroupMetadataRecord ReadGroupMetadata(ref WireReader reader, ReadOnlyMemory<byte>? value)
    {
        var key = GroupMetadataKey.Read(ref reader, 0);
        if (value is not { } bytes)
        {
            return new GroupMetadataRecord(key, null);
        }

        var valueReader = new WireReader(bytes);
        short version = ReadVersion(ref valueReader, GroupMetadataValue.MaxVersion, "GroupMetadataValue");
        return new GroupMetadataRecord(key, GroupMetadataValue.Read(ref valueReader, version));
    }

    private static short ReadVersion(ref WireReader reader, short newest, string name)
    {
        short version = reader.ReadInt16();
        return version >= 0 && version <= newest
            ? version
            : throw new WireFormatException($"{name} has version {version}; 0 to {newest} are known.");
    }
}
