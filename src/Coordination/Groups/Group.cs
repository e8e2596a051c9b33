using Compat.Coordination.Groups.Offsets;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups;

/// <summary>What every kind of group is to those who look at groups from outside: offsets, lists, deletion.</summary>
internal abstract class Group(string groupId)
{
    /// <summary>The group's id.</summary>
    public string GroupId { get; } = groupId;

    /// <summary>The kind's name in ListGroups: classic, consumer, ...</summary>
    public abstract string TypeName { get; }

    /// <summary>The state's name in ListGroups.</summary>
    public abstract string StateName { get; }

    /// <summary>The protocol type, empty when the group has none.</summary>
    public abstract string ProtocolTypeName { get; }

    /// <summary>True when the group has no members.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>Members of the group.</summary>
    public abstract int MemberCount { get; }

    /// <summary>Which offsets of the group have outlived it.</summary>
    public abstract OffsetExpiry Expiry { get; }

    /// <summary>Whether members read the topic now, as far as the group knows.</summary>
    public abstract bool IsSubscribedTo(string topic);

    /// <summary>Whether a member may commit offsets.</summary>
    public abstract ErrorCode ValidateCommit(string memberId, string? groupInstanceId, int generationOrEpoch, bool isTransactional);

    /// <summary>Whether offsets may be deleted.</summary>
    public abstract ErrorCode ValidateOffsetDelete();

    /// <summary>Whether the group may be deleted.</summary>
    public abstract ErrorCode ValidateDelete();

    /// <summary>Takes a commit as a sign of life of the member that sent it, where the protocol says so.</summary>
    public abstract void NoteCommit(string memberId, Runtime.Turn turn);

    /// <summary>The group as DescribeGroups shows it; null when it is of a kind that this request does not describe.</summary>
    public abstract DescribeGroupsResponse.DescribedGroup? Describe();

    /// <summary>Who waits for an answer.</summary>
    public abstract IEnumerable<Runtime.Reply> Waiting();
}
