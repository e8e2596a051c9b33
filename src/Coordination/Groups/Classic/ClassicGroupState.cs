namespace Compat.Coordination.Groups.Classic;

/// <summary>
/// The states of a classic group. The names are what ListGroups and DescribeGroups show.
/// </summary>
/// <remarks>
/// <code>
/// Empty -> PreparingRebalance            a member joins
/// PreparingRebalance -> CompletingRebalance   all have joined again, or the rebalance timeout is over
/// PreparingRebalance -> Empty            nobody is left
/// CompletingRebalance -> Stable          the leader's assignment is in the log
/// CompletingRebalance, Stable -> PreparingRebalance   a member joins, leaves, fails or changes its protocols
/// Empty -> Dead                          the group is deleted
/// </code>
/// </remarks>
internal enum ClassicGroupState
{
    /// <summary>No members; perhaps offsets.</summary>
    Empty,

    /// <summary>Members are joining the next generation.</summary>
    PreparingRebalance,

    /// <summary>The generation has begun and waits for its leader's assignment.</summary>
    CompletingRebalance,

    /// <summary>Every member may have its assignment.</summary>
    Stable,

    /// <summary>Deleted; nothing refers to the group but timers that have not rung.</summary>
    Dead,
}
