using Compat.Coordination.Runtime;

namespace Compat.Coordination.Groups.Classic;

/// <summary>Rings when a member has been silent for its session timeout, or a pending member has not come back.</summary>
internal sealed class SessionTimer(ClassicGroup group, string memberId) : ShardTimer
{
    public override void Ring(Turn turn) => group.ExpireSession(memberId, turn);
}

/// <summary>Rings when a rebalance has waited long enough for members to join.</summary>
internal sealed class JoinTimer(ClassicGroup group) : ShardTimer
{
    public override void Ring(Turn turn) => group.JoinTimeIsUp(turn);
}

/// <summary>Rings when members have had long enough to fetch their assignment.</summary>
internal sealed class SyncTimer(ClassicGroup group) : ShardTimer
{
    public override void Ring(Turn turn) => group.SyncTimeIsUp(turn);
}
