using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Records;

/// <summary>A classic group's generation with its members, or the group's deletion when the value is null.</summary>
internal sealed class GroupMetadataRecord(GroupMetadataKey key, GroupMetadataValue? value) : CoordinatorRecord
{
    private const short CurrentVersion = 3;

    public GroupMetadataKey Key => key;

    public GroupMetadataValue? Value => value;

    public override bool IsTombstone => value is null;

    public override void WriteKey(ref WireWriter writer)
    {
        writer.WriteInt16((short)GroupRecordKind.GroupMetadata);
        key.Write(ref writer, 0);
    }

    public override void WriteValue(ref WireWriter writer)
    {
        writer.WriteInt16(CurrentVersion);
        value!.Write(ref writer, CurrentVersion);
    }
}
