using Compat.Coordination.Groups;
using Compat.Coordination.Groups.Classic;

namespace Compat.Coordination.Tests.Groups;

/// <summary>Ways to the states that tests begin in.</summary>
internal static class Scenario
{
    public static readonly GroupCoordinatorConfig NoDelay = new() { InitialRebalanceDelayMs = 0 };

    /// <summary>A group whose first generation is over: all joined within the initial delay, and have their assignments.</summary>
    public static ShardDriver Stable(params Func<ShardDriver, Member>[] members) => Stable(null, out _, members);

    public static ShardDriver Stable(GroupCoordinatorConfig? config, out Member[] joined, params Func<ShardDriver, Member>[] members)
    {
        var shard = new ShardDriver(config);
        joined = [.. members.Select(member => member(shard))];
        foreach (Member member in joined)
        {
            member.Join();
        }

        shard.Advance(2L * shard.Config.InitialRebalanceDelayMs);
        Settle(shard, joined);
        return shard;
    }

    /// <summary>Has everybody fetch the assignment of the generation that has begun.</summary>
    public static void Settle(ShardDriver shard, params Member[] members)
    {
        foreach (Member member in members)
        {
            member.Sync();
        }

        Assert.Equal(ClassicGroupState.Stable, shard.Group().State);
        Assert.All(members, member => Assert.NotNull(member.Assignment));
    }
}
