using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Classic;

/// <summary>SyncGroup: the leader brings the assignment, everybody fetches its part.</summary>
internal sealed partial class ClassicGroup
{
    private readonly HashSet<string> _pendingSync = [];
    private readonly SyncTimer _syncTimer;

    /// <summary>A member wants its assignment; the leader brings all of them.</summary>
    public void Sync(SyncGroupRequest request, Reply<SyncGroupResponse> reply, Turn turn)
    {
        ErrorCode error = ValidateSync(request);
        if (error == ErrorCode.None && _state == ClassicGroupState.PreparingRebalance)
        {
            error = ErrorCode.RebalanceInProgress;
        }

        if (error != ErrorCode.None)
        {
            turn.Answer(reply, SyncError(error));
            return;
        }

        ClassicMember member = _members[request.MemberId];
        NoteSync(member.MemberId, turn);
        if (_state == ClassicGroupState.Stable)
        {
            turn.Answer(reply, Assigned(member));
            return;
        }

        AnswerSync(member, SyncError(ErrorCode.RebalanceInProgress), turn);
        member.AwaitingSync = reply;
        if (IsLeader(member.MemberId))
        {
            Assign(request, turn);
        }
    }

    /// <summary>A SyncGroup answered with an error.</summary>
    internal static SyncGroupResponse SyncError(ErrorCode error) => new() { ErrorCode = error };

    /// <summary>Members that did not fetch their assignment in time are out.</summary>
    internal void SyncTimeIsUp(Turn turn)
    {
        if (_state is not (ClassicGroupState.CompletingRebalance or ClassicGroupState.Stable) || _pendingSync.Count == 0)
        {
            return;
        }

        foreach (string memberId in _pendingSync.ToArray())
        {
            Remove(memberId, turn);
        }

        PrepareRebalance(RebalanceCause.SyncExpired, "", null, turn);
    }

    private ErrorCode ValidateSync(SyncGroupRequest request)
    {
        // A group without members has no member to be sure of either.
        ErrorCode error = ValidateMember(request.MemberId, request.GroupInstanceId);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (request.GenerationId != Generation)
        {
            return ErrorCode.IllegalGeneration;
        }

        return (request.ProtocolType is { } type && type != _protocolType) || (request.ProtocolName is { } name && name != _protocol)
            ? ErrorCode.InconsistentGroupProtocol
            : ErrorCode.None;
    }

    private void Assign(SyncGroupRequest request, Turn turn)
    {
        var assignments = new Dictionary<string, ReadOnlyMemory<byte>>();
        foreach (SyncGroupRequest.SyncGroupRequestAssignment assignment in request.Assignments)
        {
            assignments[assignment.MemberId] = assignment.Assignment;
        }

        // Applying the record gives every member its assignment and makes the group stable.
        if (!turn.TryAppend(ToRecord(member => assignments.GetValueOrDefault(member.MemberId))))
        {
            AbortSync(ErrorCode.UnknownServerError, turn);
            PrepareRebalance(RebalanceCause.AssignmentNotLogged, _leader ?? "", null, turn);
            return;
        }

        _environment.Metrics.CountRebalance();
        foreach (ClassicMember member in _members.Values)
        {
            AnswerSync(member, Assigned(member), turn);
        }
    }

    private void AbortSync(ErrorCode error, Turn turn)
    {
        foreach (ClassicMember member in _members.Values)
        {
            member.Assignment = [];
            AnswerSync(member, SyncError(error), turn);
        }
    }

    /// <summary>Answers a waiting SyncGroup. The member's session begins anew: it could not send heartbeats while it waited.</summary>
    private static void AnswerSync(ClassicMember member, SyncGroupResponse response, Turn turn)
    {
        if (member.AwaitingSync is not { } reply)
        {
            return;
        }

        member.AwaitingSync = null;
        turn.Answer(reply, response);
        turn.Set(member.Session, member.SessionTimeoutMs);
    }

    private SyncGroupResponse Assigned(ClassicMember member) => new()
    {
        ProtocolType = _protocolType,
        ProtocolName = _protocol,
        Assignment = member.Assignment,
    };

    private void NoteSync(string memberId, Turn turn)
    {
        _pendingSync.Remove(memberId);
        if (_pendingSync.Count == 0)
        {
            turn.Cancel(_syncTimer);
        }
    }

    private void ForgetPendingSync(Turn turn)
    {
        _pendingSync.Clear();
        turn.Cancel(_syncTimer);
    }
}
