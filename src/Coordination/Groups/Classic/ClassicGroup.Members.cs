using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Classic;

/// <summary>Who is in the group: members, static names, and those who have been given an id and have not come back with it.</summary>
internal sealed partial class ClassicGroup
{
    private readonly Dictionary<string, ClassicMember> _members = [];
    private readonly Dictionary<string, string> _staticMembers = [];
    private readonly Dictionary<string, SessionTimer> _pendingMembers = [];
    private readonly ProtocolVotes _votes = new();

    /// <inheritdoc/>
    public override int MemberCount => _members.Count;

    /// <summary>The members.</summary>
    public IReadOnlyCollection<ClassicMember> Members => _members.Values;

    /// <summary>Ids that were given out and have not joined yet.</summary>
    public int PendingMemberCount => _pendingMembers.Count;

    private int AwaitingJoinCount => _members.Values.Count(member => member.AwaitingJoin is not null);

    private bool HaveAllJoined => _pendingMembers.Count == 0 && _members.Values.All(member => member.AwaitingJoin is not null);

    private int RebalanceTimeoutMs => _members.Count == 0 ? 0 : _members.Values.Max(member => member.RebalanceTimeoutMs);

    /// <summary>Whether a request's member id, and instance id if it has one, are a member's.</summary>
    private ErrorCode ValidateMember(string memberId, string? groupInstanceId)
    {
        if (groupInstanceId is not null)
        {
            if (!_staticMembers.TryGetValue(groupInstanceId, out string? current))
            {
                return ErrorCode.UnknownMemberId;
            }

            if (current != memberId)
            {
                return ErrorCode.FencedInstanceId;
            }
        }

        return _members.ContainsKey(memberId) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    /// <summary>Whether a joining member shares the group's protocol type and at least one protocol with all its members.</summary>
    private bool SupportsProtocols(JoinGroupRequest request)
    {
        if (_state == ClassicGroupState.Empty)
        {
            return request.ProtocolType.Length > 0 && request.Protocols.Count > 0;
        }

        return _protocolType == request.ProtocolType &&
            request.Protocols.Exists(protocol => _votes.IsCommon(protocol.Name, _members.Count));
    }

    private void Add(ClassicMember member, string protocolType)
    {
        if (_members.Count == 0)
        {
            _protocolType = protocolType;
        }

        _leader ??= member.MemberId;
        _members.Add(member.MemberId, member);
        _votes.Add(member.Protocols);
        if (member.GroupInstanceId is { } instance)
        {
            _staticMembers[instance] = member.MemberId;
        }
    }

    private void Remove(string memberId, Turn? turn)
    {
        if (_pendingMembers.Remove(memberId, out SessionTimer? pending))
        {
            turn?.Cancel(pending);
        }

        if (_members.Remove(memberId, out ClassicMember? member))
        {
            turn?.Cancel(member.Session);
            _votes.Remove(member.Protocols);
            if (member.GroupInstanceId is { } instance)
            {
                _staticMembers.Remove(instance);
            }
        }

        _pendingSync.Remove(memberId);
        if (IsLeader(memberId))
        {
            _leader = _members.Keys.FirstOrDefault();
        }
    }

    /// <summary>Replaces what a member said of itself when it joined before.</summary>
    private void Update(ClassicMember member, JoinGroupRequest request)
    {
        _votes.Remove(member.Protocols);
        member.Protocols = new MemberProtocols(request.Protocols);
        _votes.Add(member.Protocols);
        member.RebalanceTimeoutMs = request.RebalanceTimeoutMs;
        member.SessionTimeoutMs = request.SessionTimeoutMs;
    }

    /// <summary>Gives a static member the id it comes back with. Whoever still uses the old one is fenced.</summary>
    private ClassicMember ReplaceStatic(ClassicMember old, string newMemberId, Turn turn)
    {
        AnswerJoin(old, JoinError(old.MemberId, ErrorCode.FencedInstanceId), turn);
        AnswerSync(old, SyncError(ErrorCode.FencedInstanceId), turn);
        turn.Cancel(old.Session);
        ClassicMember member = old.WithId(this, newMemberId);
        _members.Remove(old.MemberId);
        _members.Add(newMemberId, member);
        _pendingSync.Remove(old.MemberId);
        _staticMembers[old.GroupInstanceId!] = newMemberId;
        if (IsLeader(old.MemberId))
        {
            _leader = newMemberId;
        }

        return member;
    }

    /// <summary>Makes somebody the leader who has joined, in place of one who has not; false when nobody has.</summary>
    private bool ElectLeaderThatJoined()
    {
        if (_leader is not null && _members.TryGetValue(_leader, out ClassicMember? leader) && leader.AwaitingJoin is not null)
        {
            return true;
        }

        string? joined = _members.Values.FirstOrDefault(member => member.AwaitingJoin is not null)?.MemberId;
        if (joined is null)
        {
            return false;
        }

        _leader = joined;
        return true;
    }

    private void ApplyMembers(GroupMetadataValue logged)
    {
        var names = logged.Members.Select(member => member.MemberId).ToHashSet();
        foreach (string left in _members.Keys.Where(memberId => !names.Contains(memberId)).ToArray())
        {
            string? leader = _leader;
            Remove(left, turn: null);
            _leader = leader;
        }

        foreach (GroupMetadataValue.MemberMetadata member in logged.Members)
        {
            if (!_members.TryGetValue(member.MemberId, out ClassicMember? known))
            {
                known = ClassicMember.Logged(this, logged.Protocol, member);
                Add(known, logged.ProtocolType);
            }
            else if (!known.Protocols.Has(logged.Protocol, member.Subscription.Span))
            {
                _votes.Remove(known.Protocols);
                known.Protocols = new MemberProtocols(logged.Protocol ?? "", member.Subscription);
                _votes.Add(known.Protocols);
            }

            known.Assignment = member.Assignment.ToArray();
            known.SessionTimeoutMs = member.SessionTimeout;
            known.RebalanceTimeoutMs = member.RebalanceTimeout < 0 ? member.SessionTimeout : member.RebalanceTimeout;
        }
    }
}
