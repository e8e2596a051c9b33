using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Classic;

/// <summary>
/// A group of the classic protocol: members join, the coordinator picks a leader among them, the leader assigns the work, and
/// the coordinator hands it out. What is in the log is the last generation that got an assignment; the joining in
/// between is remembered here alone, and when it is lost, members join again.
/// </summary>
internal sealed partial class ClassicGroup : Group
{
    /// <summary>The name of the kind.</summary>
    public const string Type = "classic";

    private const long NoTimestamp = -1;

    private readonly GroupEnvironment _environment;

    private ClassicGroupState _state;
    private ClassicGroupState _previousState = ClassicGroupState.Dead;
    private long _stateTimestampMs;
    private string? _protocolType;
    private string? _protocol;
    private string? _leader;
    private HashSet<string>? _subscribedTopics;

    /// <summary>A group without members.</summary>
    /// <param name="groupId">The group's id.</param>
    /// <param name="stateTimestampMs">Since when it is as it is, milliseconds since 1970, or -1 when that is not known.</param>
    /// <param name="environment">What it shares with the coordinator's other groups.</param>
    public ClassicGroup(string groupId, long stateTimestampMs, GroupEnvironment environment)
        : base(groupId)
    {
        _environment = environment;
        _stateTimestampMs = stateTimestampMs;
        _joinTimer = new JoinTimer(this);
        _syncTimer = new SyncTimer(this);
    }

    /// <summary>The state.</summary>
    public ClassicGroupState State => _state;

    /// <summary>The generation: one more with every rebalance that came to an end.</summary>
    public int Generation { get; private set; }

    /// <summary>The member that assigns the work.</summary>
    public string? Leader => _leader;

    /// <summary>The protocol of the generation.</summary>
    public string? Protocol => _protocol;

    /// <inheritdoc/>
    public override string TypeName => Type;

    /// <inheritdoc/>
    public override string StateName => NameOf(_state);

    /// <inheritdoc/>
    public override string ProtocolTypeName => _protocolType ?? "";

    /// <inheritdoc/>
    public override bool IsEmpty => _state == ClassicGroupState.Empty;

    private GroupCoordinatorConfig Config => _environment.Config;

    private bool IsLeader(string memberId) => _leader == memberId;

    /// <summary>Takes over what the log says. Members that are known keep what the log does not have: their other protocols, and who waits.</summary>
    public void Apply(GroupMetadataValue logged)
    {
        Generation = logged.Generation;
        _protocolType = logged.ProtocolType.Length == 0 ? null : logged.ProtocolType;
        _protocol = logged.Protocol;
        _leader = logged.Leader;
        _stateTimestampMs = logged.CurrentStateTimestamp;
        ApplyMembers(logged);
        _previousState = _state;
        _state = _members.Count == 0 ? ClassicGroupState.Empty : ClassicGroupState.Stable;
        _subscribedTopics = ComputeSubscribedTopics();
    }

    /// <summary>The group was deleted; timers that still ring find it so.</summary>
    public void MarkDead() => _state = ClassicGroupState.Dead;

    /// <summary>Takes up the sessions of the members the log knows, and makes room when the group may no longer be as large.</summary>
    public void Owed(Turn turn)
    {
        foreach (ClassicMember member in _members.Values)
        {
            turn.Set(member.Session, member.SessionTimeoutMs);
        }

        if (_members.Count > Config.MaxSize)
        {
            PrepareRebalance(RebalanceCause.OverCapacity, "", null, turn);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Reply> Waiting()
    {
        foreach (ClassicMember member in _members.Values)
        {
            if (member.AwaitingJoin is { } join)
            {
                yield return join;
            }

            if (member.AwaitingSync is { } sync)
            {
                yield return sync;
            }
        }
    }

    private static string NameOf(ClassicGroupState state) => state switch
    {
        ClassicGroupState.Empty => "Empty",
        ClassicGroupState.PreparingRebalance => "PreparingRebalance",
        ClassicGroupState.CompletingRebalance => "CompletingRebalance",
        ClassicGroupState.Stable => "Stable",
        _ => "Dead",
    };

    private void MoveTo(ClassicGroupState state, Turn turn)
    {
        _previousState = _state;
        _state = state;
        _stateTimestampMs = turn.NowMs;
    }

    /// <summary>The group as it goes into the log: the members with their assignments, or none.</summary>
    private GroupMetadataRecord ToRecord(Func<ClassicMember, ReadOnlyMemory<byte>> assignment)
    {
        var value = new GroupMetadataValue
        {
            ProtocolType = _protocolType ?? "",
            Generation = Generation,
            Protocol = _protocol,
            Leader = _leader,
            CurrentStateTimestamp = _stateTimestampMs,
        };
        foreach (ClassicMember member in _members.Values)
        {
            value.Members.Add(new GroupMetadataValue.MemberMetadata
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                RebalanceTimeout = member.RebalanceTimeoutMs,
                SessionTimeout = member.SessionTimeoutMs,
                Subscription = member.Protocols.Metadata(_protocol),
                Assignment = assignment(member),
            });
        }

        return new GroupMetadataRecord(new GroupMetadataKey { Group = GroupId }, value);
    }

    /// <summary>The topics all members together want; null when the group does not tell.</summary>
    private HashSet<string>? ComputeSubscribedTopics()
    {
        if (_protocolType != ConsumerSubscription.ProtocolType)
        {
            return null;
        }

        var topics = new HashSet<string>();
        if (_members.Count == 0)
        {
            return topics;
        }

        if (_protocol is null)
        {
            return null;
        }

        foreach (ClassicMember member in _members.Values)
        {
            if (!ConsumerSubscription.TryAddTopics(member.Protocols.Metadata(_protocol), topics))
            {
                ClassicGroupLog.SubscriptionUnreadable(_environment.Logger, GroupId, member.MemberId);
                return null;
            }
        }

        return topics;
    }
}
