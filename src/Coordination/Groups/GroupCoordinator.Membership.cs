using Compat.Coordination.Groups.Classic;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups;

/// <summary>The four membership APIs, with what their versions differ in.</summary>
public sealed partial class GroupCoordinator
{
    private const short NullableProtocolNameVersion = 7;
    private const short MandatoryProtocolVersion = 5;
    private const short BatchedLeaveVersion = 3;

    /// <summary>JoinGroup: answered when the generation begins that the member is in.</summary>
    public async ValueTask<JoinGroupResponse> JoinGroupAsync(JoinGroupRequest request, GroupRequestContext context)
    {
        if (context.ApiVersion == 0)
        {
            // Version 0 has no rebalance timeout: the session timeout was both.
            request.RebalanceTimeoutMs = request.SessionTimeoutMs;
        }

        ErrorCode error = Validate(request);
        JoinGroupResponse response = error == ErrorCode.None
            ? await _runtime.RunAsync(
                PartitionFor(request.GroupId), GroupShard.JoinDecision, new GroupCall<JoinGroupRequest>(request, context)).ConfigureAwait(false)
            : ClassicGroup.JoinError(request.MemberId, error);
        if (context.ApiVersion < NullableProtocolNameVersion)
        {
            response.ProtocolName ??= "";
        }

        return response;
    }

    /// <summary>SyncGroup: answered when the leader has assigned.</summary>
    public ValueTask<SyncGroupResponse> SyncGroupAsync(SyncGroupRequest request, GroupRequestContext context)
    {
        ErrorCode error = ErrorCode.None;
        if (context.ApiVersion >= MandatoryProtocolVersion && (request.ProtocolType is null || request.ProtocolName is null))
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }
        else if (request.GroupId.Length == 0)
        {
            error = ErrorCode.InvalidGroupId;
        }

        return error == ErrorCode.None
            ? new ValueTask<SyncGroupResponse>(_runtime.RunAsync(PartitionFor(request.GroupId), GroupShard.SyncDecision, request))
            : new ValueTask<SyncGroupResponse>(ClassicGroup.SyncError(error));
    }

    /// <summary>Heartbeat.</summary>
    public ValueTask<HeartbeatResponse> HeartbeatAsync(HeartbeatRequest request, GroupRequestContext context) =>
        request.GroupId.Length == 0
            ? new ValueTask<HeartbeatResponse>(new HeartbeatResponse { ErrorCode = ErrorCode.InvalidGroupId })
            : _runtime.RunAsync(PartitionFor(request.GroupId), GroupShard.HeartbeatDecision, request);

    /// <summary>LeaveGroup: of one member before version 3, of any number since.</summary>
    public async ValueTask<LeaveGroupResponse> LeaveGroupAsync(LeaveGroupRequest request, GroupRequestContext context)
    {
        if (request.GroupId.Length == 0)
        {
            return new LeaveGroupResponse { ErrorCode = ErrorCode.InvalidGroupId };
        }

        if (context.ApiVersion < BatchedLeaveVersion)
        {
            request.Members = [new LeaveGroupRequest.MemberIdentity { MemberId = request.MemberId }];
        }

        LeaveGroupResponse response = await _runtime.RunAsync(
            PartitionFor(request.GroupId), GroupShard.LeaveDecision, request).ConfigureAwait(false);
        if (context.ApiVersion < BatchedLeaveVersion && response.Members is [var only])
        {
            response = new LeaveGroupResponse { ErrorCode = only.ErrorCode };
        }

        return response;
    }

    private ErrorCode Validate(JoinGroupRequest request)
    {
        if (request.GroupId.Length == 0)
        {
            return ErrorCode.InvalidGroupId;
        }

        return request.SessionTimeoutMs < _config.MinSessionTimeoutMs || request.SessionTimeoutMs > _config.MaxSessionTimeoutMs
            ? ErrorCode.InvalidSessionTimeout
            : ErrorCode.None;
    }
}
