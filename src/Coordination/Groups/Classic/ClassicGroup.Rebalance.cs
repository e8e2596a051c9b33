using Compat.Coordination.Runtime;
using Compat.Wire;

namespace Compat.Coordination.Groups.Classic;

/// <summary>The rebalance: members are gathered, and a generation begins with those who came.</summary>
internal sealed partial class ClassicGroup
{
    private readonly JoinTimer _joinTimer;

    // The first rebalance of an empty group waits a while for more members, and again a while for each that came meanwhile.
    private bool _hasMemberJoinedDuringDelay;
    private long _initialDelayMs;
    private long _initialRemainingMs;
    private bool _isInitialDelay;

    /// <summary>The join timer rang.</summary>
    internal void JoinTimeIsUp(Turn turn)
    {
        if (_state != ClassicGroupState.PreparingRebalance)
        {
            return;
        }

        if (_isInitialDelay && _hasMemberJoinedDuringDelay && _initialRemainingMs != 0)
        {
            _hasMemberJoinedDuringDelay = false;
            long delay = Math.Min(Config.InitialRebalanceDelayMs, _initialRemainingMs);
            _initialRemainingMs = Math.Max(_initialRemainingMs - _initialDelayMs, 0);
            _initialDelayMs = delay;
            turn.Set(_joinTimer, delay);
            return;
        }

        CompleteJoin(turn);
    }

    private void RebalanceOrCompleteJoin(RebalanceCause cause, string memberId, string? clientReason, Turn turn)
    {
        if (_state == ClassicGroupState.PreparingRebalance)
        {
            MaybeCompleteJoin(turn);
        }
        else
        {
            PrepareRebalance(cause, memberId, clientReason, turn);
        }
    }

    /// <summary>Has all members join again.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="memberId">Who is the cause; empty when it is nobody or several.</param>
    /// <param name="clientReason">What the client gave as its reason (KIP-800).</param>
    /// <param name="turn">The turn.</param>
    private void PrepareRebalance(RebalanceCause cause, string memberId, string? clientReason, Turn turn)
    {
        ClassicGroupLog.Rebalancing(_environment.Logger, GroupId, Generation, cause, memberId, clientReason ?? "no reason given");
        if (_state == ClassicGroupState.CompletingRebalance)
        {
            AbortSync(ErrorCode.RebalanceInProgress, turn);
        }

        ForgetPendingSync(turn);
        bool isFirst = _state == ClassicGroupState.Empty;
        MoveTo(ClassicGroupState.PreparingRebalance, turn);
        if (isFirst)
        {
            BeginInitialDelay(turn);
        }
        else if (HaveAllJoined)
        {
            CompleteJoin(turn);
        }
        else
        {
            _isInitialDelay = false;
            turn.Set(_joinTimer, RebalanceTimeoutMs);
        }
    }

    private void BeginInitialDelay(Turn turn)
    {
        _hasMemberJoinedDuringDelay = false;
        _isInitialDelay = true;
        _initialDelayMs = Config.InitialRebalanceDelayMs;
        _initialRemainingMs = Math.Max(RebalanceTimeoutMs - Config.InitialRebalanceDelayMs, 0);
        if (_initialDelayMs == 0)
        {
            CompleteJoin(turn);
        }
        else
        {
            turn.Set(_joinTimer, _initialDelayMs);
        }
    }

    private void MaybeCompleteJoin(Turn turn)
    {
        // The first rebalance is over when its delay is, however many have joined.
        if (_state == ClassicGroupState.PreparingRebalance && _previousState != ClassicGroupState.Empty && HaveAllJoined)
        {
            CompleteJoin(turn);
        }
    }

    private void CompleteJoin(Turn turn)
    {
        turn.Cancel(_joinTimer);
        _isInitialDelay = false;
        foreach (ClassicMember late in _members.Values.Where(member => member is { AwaitingJoin: null, GroupInstanceId: null }).ToArray())
        {
            ClassicGroupLog.MemberLate(_environment.Logger, GroupId, late.MemberId, Generation + 1);
            Remove(late.MemberId, turn);
        }

        if (_members.Count > 0 && !ElectLeaderThatJoined())
        {
            // Static members are left, and none has joined: wait until their sessions tell whether they are alive.
            turn.Set(_joinTimer, RebalanceTimeoutMs);
            return;
        }

        Generation++;
        if (_members.Count == 0)
        {
            BecomeEmpty(turn);
        }
        else
        {
            BeginGeneration(turn);
        }
    }

    private void BecomeEmpty(Turn turn)
    {
        _protocol = null;
        MoveTo(ClassicGroupState.Empty, turn);
        ForgetPendingSync(turn);
        ClassicGroupLog.BecameEmpty(_environment.Logger, GroupId, Generation);
        turn.Append(ToRecord(static _ => ReadOnlyMemory<byte>.Empty));
    }

    private void BeginGeneration(Turn turn)
    {
        _protocol = _votes.Select(_members.Values);
        _subscribedTopics = ComputeSubscribedTopics();
        MoveTo(ClassicGroupState.CompletingRebalance, turn);
        ClassicGroupLog.GenerationBegun(_environment.Logger, GroupId, Generation, _protocol, _members.Count, _leader);
        ForgetPendingSync(turn);
        foreach (ClassicMember member in _members.Values)
        {
            AnswerJoin(member, CurrentGeneration(member), turn);
            turn.Set(member.Session, member.SessionTimeoutMs);
            member.IsNew = false;
            _pendingSync.Add(member.MemberId);
        }

        turn.Set(_syncTimer, RebalanceTimeoutMs);
    }
}
