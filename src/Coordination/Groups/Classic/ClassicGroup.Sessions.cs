using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Classic;

/// <summary>Heartbeats, and what happens without them.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>A member is alive; it learns whether it has to join again.</summary>
    public ErrorCode Heartbeat(HeartbeatRequest request, Turn turn)
    {
        ErrorCode error = ValidateMember(request.MemberId, request.GroupInstanceId);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (request.GenerationId != Generation)
        {
            return ErrorCode.IllegalGeneration;
        }

        ClassicMember member = _members[request.MemberId];
        turn.Set(member.Session, member.SessionTimeoutMs);
        return _state == ClassicGroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <inheritdoc/>
    public override void NoteCommit(string memberId, Turn turn)
    {
        if (_state is ClassicGroupState.Stable or ClassicGroupState.PreparingRebalance &&
            _members.TryGetValue(memberId, out ClassicMember? member))
        {
            turn.Set(member.Session, member.SessionTimeoutMs);
        }
    }

    /// <summary>A session timer rang.</summary>
    internal void ExpireSession(string memberId, Turn turn)
    {
        if (_state == ClassicGroupState.Dead)
        {
            return;
        }

        if (_pendingMembers.Remove(memberId))
        {
            CompleteJoinWithoutLeaver(turn);
        }
        else if (_members.TryGetValue(memberId, out ClassicMember? member) && !member.IsHeldUp)
        {
            AnswerJoin(member, JoinError("", ErrorCode.UnknownMemberId), turn);
            Remove(memberId, turn);
            if (_state is ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance)
            {
                PrepareRebalance(RebalanceCause.SessionExpired, memberId, null, turn);
            }
            else
            {
                CompleteJoinWithoutLeaver(turn);
            }
        }
    }

    /// <summary>Goes on when everybody who is left has joined.</summary>
    private void CompleteJoinWithoutLeaver(Turn turn)
    {
        if (_state == ClassicGroupState.PreparingRebalance && HaveAllJoined)
        {
            CompleteJoin(turn);
        }
    }
}
