using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Records;

/// <summary>An offset commit, or its deletion when the value is null.</summary>
internal sealed class OffsetCommitRecord(OffsetCommitKey key, OffsetCommitValue? value) : CoordinatorRecord
{
    // A value with an expire timestamp is written as version 1, the only one that has the field; every other as the newest.
    private const short ExpiringVersion = 1;
    private const short CurrentVersion = 4;

    public OffsetCommitKey Key => key;

    public OffsetCommitValue? Value => value;

    public override bool IsTombstone => value is null;

    public override void WriteKey(ref WireWriter writer)
    {
        writer.WriteInt16((short)GroupRecordKind.OffsetCommit);
        key.Write(ref writer, 0);
    }

    public override void WriteValue(ref WireWriter writer)
    {
        short version = value!.ExpireTimestamp == Offsets.CommittedOffset.NoTimestamp ? CurrentVersion : ExpiringVersion;
        writer.WriteInt16(version);
        value.Write(ref writer, version);
    }
}
