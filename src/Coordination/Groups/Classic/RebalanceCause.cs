namespace Compat.Coordination.Groups.Classic;

/// <summary>Why a group rebalances.</summary>
internal enum RebalanceCause
{
    /// <summary>A member joined.</summary>
    MemberJoined,

    /// <summary>A member joined again with other protocols or metadata, or the leader to have the work assigned anew.</summary>
    MemberRejoined,

    /// <summary>A static member came back.</summary>
    StaticMemberReturned,

    /// <summary>Members left.</summary>
    MembersLeft,

    /// <summary>A member was silent for its session timeout.</summary>
    SessionExpired,

    /// <summary>Members did not fetch their assignment in time.</summary>
    SyncExpired,

    /// <summary>The leader's assignment could not be logged.</summary>
    AssignmentNotLogged,

    /// <summary>The group was loaded and has more members than it may.</summary>
    OverCapacity,
}
