using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Classic;

/// <summary>LeaveGroup, by the members themselves or, for static members, by an administrator who knows their instance id.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>Members leave; each gets its own answer.</summary>
    public LeaveGroupResponse Leave(LeaveGroupRequest request, Turn turn)
    {
        var response = new LeaveGroupResponse();
        LeaveGroupRequest.MemberIdentity? left = null;
        foreach (LeaveGroupRequest.MemberIdentity leaving in request.Members)
        {
            ErrorCode error = Leave(leaving, turn);
            left = error == ErrorCode.None ? leaving : left;
            response.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = leaving.MemberId,
                GroupInstanceId = leaving.GroupInstanceId,
                ErrorCode = error,
            });
        }

        if (left is not null && _state != ClassicGroupState.Empty)
        {
            RebalanceOrCompleteJoin(RebalanceCause.MembersLeft, left.MemberId, left.Reason, turn);
        }

        return response;
    }

    private ErrorCode Leave(LeaveGroupRequest.MemberIdentity leaving, Turn turn)
    {
        string memberId = leaving.MemberId;
        if (memberId.Length == 0)
        {
            if (leaving.GroupInstanceId is null || !_staticMembers.TryGetValue(leaving.GroupInstanceId, out string? staticId))
            {
                return ErrorCode.UnknownMemberId;
            }

            memberId = staticId;
        }
        else if (_pendingMembers.ContainsKey(memberId))
        {
            Remove(memberId, turn);
            return ErrorCode.None;
        }
        else if (ValidateMember(memberId, leaving.GroupInstanceId) is var error && error != ErrorCode.None)
        {
            return error;
        }

        // A join of the leaver that still waits is answered so that the client, if it is there at all, joins under a new id.
        ClassicMember member = _members[memberId];
        AnswerJoin(member, JoinError("", ErrorCode.UnknownMemberId), turn);
        AnswerSync(member, SyncError(ErrorCode.UnknownMemberId), turn);
        Remove(memberId, turn);
        return ErrorCode.None;
    }
}
