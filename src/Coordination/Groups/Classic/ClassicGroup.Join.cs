using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Classic;

/// <summary>JoinGroup: who may come in, under which id, and whether its coming makes the group rebalance.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>Ids given out to members that have not come back with them; one more is refused as if the group were full.</summary>
    public const int MaxPendingMembers = 100_000;

    // From this version on a dynamic member is told its id first and joins with it, so that a lost answer leaves no ghost (KIP-394).
    private const short MemberIdRequiredVersion = 4;

    // From this version on the leader can be told that the assignment stands and it need not make one (KIP-814).
    private const short SkipAssignmentVersion = 9;

    /// <summary>A member wants to be in the next generation.</summary>
    public void Join(GroupCall<JoinGroupRequest> call, Reply<JoinGroupResponse> reply, Turn turn)
    {
        JoinGroupRequest request = call.Request;
        if (!HasRoomFor(request.MemberId))
        {
            // A member that was in the group is out of it now; the others go on without it.
            Remove(request.MemberId, turn);
            turn.Answer(reply, JoinError("", ErrorCode.GroupMaxSizeReached));
            MaybeCompleteJoin(turn);
        }
        else if (!SupportsProtocols(request))
        {
            turn.Answer(reply, JoinError(request.MemberId, ErrorCode.InconsistentGroupProtocol));
        }
        else if (request.MemberId.Length == 0)
        {
            JoinAsNew(call, reply, turn);
        }
        else
        {
            JoinWithId(call, reply, turn);
        }
    }

    /// <summary>A JoinGroup answered with an error.</summary>
    internal static JoinGroupResponse JoinError(string memberId, ErrorCode error) =>
        new() { MemberId = memberId, ErrorCode = error, ProtocolName = null, Leader = "" };

    private bool HasRoomFor(string memberId)
    {
        if (_members.Count < Config.MaxSize && (memberId.Length > 0 || _pendingMembers.Count < MaxPendingMembers))
        {
            return true;
        }

        bool isMember = _members.TryGetValue(memberId, out ClassicMember? member);
        return _state switch
        {
            ClassicGroupState.Empty => _pendingMembers.Count < MaxPendingMembers || _pendingMembers.ContainsKey(memberId),

            // Counted by those who have joined again, so that a group that is too large loses those who come last.
            ClassicGroupState.PreparingRebalance => member?.AwaitingJoin is not null || AwaitingJoinCount < Config.MaxSize,
            _ => isMember,
        };
    }

    private void JoinAsNew(GroupCall<JoinGroupRequest> call, Reply<JoinGroupResponse> reply, Turn turn)
    {
        string? instance = call.Request.GroupInstanceId;
        string memberId = $"{instance ?? call.Context.ClientId}-{turn.NewId()}";
        if (instance is not null && _staticMembers.TryGetValue(instance, out string? oldId))
        {
            RejoinStatic(call, _members[oldId], memberId, reply, turn);
        }
        else if (instance is null && call.Context.ApiVersion >= MemberIdRequiredVersion)
        {
            var session = new SessionTimer(this, memberId);
            _pendingMembers.Add(memberId, session);
            turn.Set(session, call.Request.SessionTimeoutMs);
            turn.Answer(reply, JoinError(memberId, ErrorCode.MemberIdRequired));
        }
        else
        {
            AddJoining(call, memberId, reply, turn);
        }
    }

    private void AddJoining(GroupCall<JoinGroupRequest> call, string memberId, Reply<JoinGroupResponse> reply, Turn turn)
    {
        if (_pendingMembers.Remove(memberId, out SessionTimer? pending))
        {
            turn.Cancel(pending);
        }

        if (_state == ClassicGroupState.PreparingRebalance && _previousState == ClassicGroupState.Empty)
        {
            _hasMemberJoinedDuringDelay = true;
        }

        ClassicMember member = ClassicMember.Joining(this, memberId, call);
        member.AwaitingJoin = reply;
        Add(member, call.Request.ProtocolType);

        // The member does not know its id until it is answered and cannot send heartbeats; a client that is still there joins again.
        turn.Set(member.Session, GroupCoordinatorConfig.NewMemberJoinTimeoutMs);
        RebalanceOrCompleteJoin(RebalanceCause.MemberJoined, memberId, call.Request.Reason, turn);
    }

    private void JoinWithId(GroupCall<JoinGroupRequest> call, Reply<JoinGroupResponse> reply, Turn turn)
    {
        JoinGroupRequest request = call.Request;
        if (_pendingMembers.ContainsKey(request.MemberId))
        {
            if (request.GroupInstanceId is not null)
            {
                // Only dynamic members are given an id to come back with.
                turn.Answer(reply, JoinError(request.MemberId, ErrorCode.UnknownServerError));
                return;
            }

            AddJoining(call, request.MemberId, reply, turn);
            return;
        }

        ErrorCode error = ValidateMember(request.MemberId, request.GroupInstanceId);
        if (error != ErrorCode.None)
        {
            turn.Answer(reply, JoinError(request.MemberId, error));
            return;
        }

        Rejoin(_members[request.MemberId], request, reply, turn);
    }

    private void Rejoin(ClassicMember member, JoinGroupRequest request, Reply<JoinGroupResponse> reply, Turn turn)
    {
        bool changesNothing = _state switch
        {
            // It did not get the answer to its last join, perhaps.
            ClassicGroupState.CompletingRebalance => member.Protocols.Matches(request.Protocols),

            // A leader joins again to have the work assigned anew: it may know of partitions that came or went.
            ClassicGroupState.Stable => !IsLeader(member.MemberId) && member.Protocols.Matches(request.Protocols),
            _ => false,
        };
        if (changesNothing)
        {
            turn.Answer(reply, CurrentGeneration(member));
            return;
        }

        Update(member, request);
        AwaitJoin(member, reply, turn);
        RebalanceOrCompleteJoin(RebalanceCause.MemberRejoined, member.MemberId, request.Reason, turn);
    }

    /// <summary>A static member is back, perhaps while its earlier self is still thought alive.</summary>
    private void RejoinStatic(
        GroupCall<JoinGroupRequest> call, ClassicMember old, string memberId, Reply<JoinGroupResponse> reply, Turn turn)
    {
        string? oldLeader = _leader;
        ClassicMember member = ReplaceStatic(old, memberId, turn);
        Update(member, call.Request);
        turn.Set(member.Session, member.SessionTimeoutMs);
        if (_state == ClassicGroupState.Stable && _votes.Select(_members.Values) == _protocol)
        {
            ResumeStatic(member, oldLeader, call.Context.ApiVersion, reply, turn);
            return;
        }

        AwaitJoin(member, reply, turn);

        // In CompletingRebalance the leader may be assigning to the old id already, so the group begins anew.
        RebalanceOrCompleteJoin(RebalanceCause.StaticMemberReturned, memberId, call.Request.Reason, turn);
    }

    /// <summary>Gives a static member that came back its old place: nobody else notices.</summary>
    private void ResumeStatic(ClassicMember member, string? oldLeader, short version, Reply<JoinGroupResponse> reply, Turn turn)
    {
        if (!turn.TryAppend(ToRecord(static other => other.Assignment)))
        {
            AwaitJoin(member, reply, turn);
            AnswerJoin(member, JoinError("", ErrorCode.UnknownServerError), turn);
            PrepareRebalance(RebalanceCause.AssignmentNotLogged, member.MemberId, null, turn);
            return;
        }

        JoinGroupResponse response = CurrentGeneration(member);
        if (version >= SkipAssignmentVersion)
        {
            response.SkipAssignment = IsLeader(member.MemberId);
        }
        else
        {
            // An older client that learned it leads would assign anew; named the old leader, it follows.
            response.Leader = oldLeader ?? "";
            response.Members.Clear();
        }

        turn.Answer(reply, response);
    }

    private static void AwaitJoin(ClassicMember member, Reply<JoinGroupResponse> reply, Turn turn)
    {
        // The client has given up the join it sent before; nobody reads its answer, but its connection is owed one.
        AnswerJoin(member, JoinError(member.MemberId, ErrorCode.RebalanceInProgress), turn);
        member.AwaitingJoin = reply;
    }

    private static bool AnswerJoin(ClassicMember member, JoinGroupResponse response, Turn turn)
    {
        if (member.AwaitingJoin is not { } reply)
        {
            return false;
        }

        member.AwaitingJoin = null;
        turn.Answer(reply, response);
        return true;
    }

    private JoinGroupResponse CurrentGeneration(ClassicMember member)
    {
        var response = new JoinGroupResponse
        {
            MemberId = member.MemberId,
            GenerationId = Generation,
            ProtocolType = _protocolType,
            ProtocolName = _protocol,
            Leader = _leader ?? "",
        };
        if (!IsLeader(member.MemberId))
        {
            return response;
        }

        // The leader is told everybody's metadata, from which it assigns.
        foreach (ClassicMember other in _members.Values)
        {
            response.Members.Add(new JoinGroupResponse.JoinGroupResponseMember
            {
                MemberId = other.MemberId,
                GroupInstanceId = other.GroupInstanceId,
                Metadata = other.Protocols.Metadata(_protocol),
            });
        }

        return response;
    }
}
