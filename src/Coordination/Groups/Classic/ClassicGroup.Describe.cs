using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Classic;

/// <summary>The group as DescribeGroups shows it.</summary>
internal sealed partial class ClassicGroup
{
    /// <inheritdoc/>
    public override DescribeGroupsResponse.DescribedGroup Describe()
    {
        bool isStable = _state == ClassicGroupState.Stable;
        var described = new DescribeGroupsResponse.DescribedGroup
        {
            GroupId = GroupId,
            GroupState = StateName,
            ProtocolType = ProtocolTypeName,
            ProtocolData = isStable ? _protocol ?? "" : "",
        };
        foreach (ClassicMember member in _members.Values)
        {
            described.Members.Add(new DescribeGroupsResponse.DescribedGroupMember
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                MemberMetadata = isStable ? member.Protocols.Metadata(_protocol) : ReadOnlyMemory<byte>.Empty,
                MemberAssignment = member.Assignment,
            });
        }

        return described;
    }
}
