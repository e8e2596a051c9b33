using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups;

/// <summary>Membership in classic groups: the shard finds the group, the group decides.</summary>
internal sealed partial class GroupShard
{
    public static readonly WaitingDecision<GroupShard, GroupCall<JoinGroupRequest>, JoinGroupResponse> JoinDecision = new(
        "join-group",
        static (shard, call, reply, turn) => shard.Join(call, reply, turn),
        static (call, error) => ClassicGroup.JoinError(call.Request.MemberId, error));

    public static readonly WaitingDecision<GroupShard, SyncGroupRequest, SyncGroupResponse> SyncDecision = new(
        "sync-group",
        static (shard, request, reply, turn) => shard.Sync(request, reply, turn),
        static (_, error) => ClassicGroup.SyncError(error));

    public static readonly Decision<GroupShard, HeartbeatRequest, HeartbeatResponse> HeartbeatDecision = new(
        "heartbeat",
        static (shard, request, turn) => new HeartbeatResponse { ErrorCode = shard.Heartbeat(request, turn) },

        // A member that does not hear of the loading stays in the group and asks again.
        static (_, error) => new HeartbeatResponse { ErrorCode = error == ErrorCode.CoordinatorLoadInProgress ? ErrorCode.None : error });

    public static readonly Decision<GroupShard, LeaveGroupRequest, LeaveGroupResponse> LeaveDecision = new(
        "leave-group",
        static (shard, request, turn) => shard.Leave(request, turn),
        static (_, error) => new LeaveGroupResponse { ErrorCode = error });

    private void Join(GroupCall<JoinGroupRequest> call, Reply<JoinGroupResponse> reply, Turn turn)
    {
        string groupId = call.Request.GroupId;
        if (!_groups.TryGetValue(groupId, out Group? group))
        {
            if (call.Request.MemberId.Length > 0)
            {
                turn.Answer(reply, ClassicGroup.JoinError(call.Request.MemberId, ErrorCode.UnknownMemberId));
                return;
            }

            var empty = new GroupMetadataValue { ProtocolType = "", Protocol = null, Leader = null, CurrentStateTimestamp = turn.NowMs };
            turn.Append(new GroupMetadataRecord(new GroupMetadataKey { Group = groupId }, empty));
            group = _groups[groupId];
        }

        if (group is ClassicGroup classic)
        {
            classic.Join(call, reply, turn);
        }
        else
        {
            turn.Answer(reply, ClassicGroup.JoinError("", ErrorCode.InconsistentGroupProtocol));
        }
    }

    private void Sync(SyncGroupRequest request, Reply<SyncGroupResponse> reply, Turn turn)
    {
        if (FindClassic(request.GroupId) is { } group)
        {
            group.Sync(request, reply, turn);
        }
        else
        {
            turn.Answer(reply, ClassicGroup.SyncError(ErrorCode.UnknownMemberId));
        }
    }

    private ErrorCode Heartbeat(HeartbeatRequest request, Turn turn) =>
        FindClassic(request.GroupId)?.Heartbeat(request, turn) ?? ErrorCode.UnknownMemberId;

    private LeaveGroupResponse Leave(LeaveGroupRequest request, Turn turn)
    {
        if (FindClassic(request.GroupId) is { } group)
        {
            return group.Leave(request, turn);
        }

        var response = new LeaveGroupResponse();
        foreach (LeaveGroupRequest.MemberIdentity member in request.Members)
        {
            response.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ErrorCode = ErrorCode.UnknownMemberId,
            });
        }

        return response;
    }

    private ClassicGroup? FindClassic(string groupId) => _groups.GetValueOrDefault(groupId) as ClassicGroup;
}
