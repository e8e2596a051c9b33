using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class StaticMemberTests
{
    [Fact]
    public void A_static_member_joins_at_once_and_is_named_after_its_instance()
    {
        var shard = new ShardDriver(Scenario.NoDelay);
        Member member = Static(shard, "a");
        member.AskToJoin();
        Assert.StartsWith("a-instance-", member.Accept().MemberId);
    }

    [Fact]
    public void A_static_member_that_comes_back_keeps_its_assignment_and_nobody_notices()
    {
        ShardDriver shard = StableStatic(out Member[] members);
        Member b = Static(shard, "b");
        b.AskToJoin();

        GroupMetadataRecord record = Assert.IsType<GroupMetadataRecord>(Assert.Single(shard.Records));
        Assert.Contains(record.Value!.Members, member => member.MemberId == b.Joined!.MemberId && member.GroupInstanceId == "b-instance");
        Assert.Equal(1, b.Accept().Generation);
        Assert.NotEqual(members[1].MemberId, b.MemberId);
        Assert.Equal(ClassicGroupState.Stable, shard.Group().State);
        Assert.Equal("b@1", b.Sync([]).Assignment);
        Assert.Equal(ErrorCode.None, members[0].Heartbeat());
    }

    [Fact]
    public void Whoever_still_uses_the_old_id_is_fenced()
    {
        ShardDriver shard = StableStatic(out Member[] members);
        Static(shard, "b").AskToJoin();
        Assert.Equal(ErrorCode.FencedInstanceId, members[1].Heartbeat());
        Assert.Equal(ErrorCode.FencedInstanceId, members[1].Commit(1));
        Assert.Equal(ErrorCode.FencedInstanceId, members[1].Sync([]).Synced!.ErrorCode);
        Assert.Equal(ErrorCode.FencedInstanceId, members[1].AskToJoin().Response!.ErrorCode);
        Assert.Equal(ErrorCode.FencedInstanceId, members[1].Leave().Members[0].ErrorCode);
    }

    [Fact]
    public void From_version_9_a_leader_that_comes_back_leads_and_need_not_assign()
    {
        ShardDriver shard = StableStatic(out Member[] members);
        Assert.True(members[0].IsLeader);
        Member a = Static(shard, "a");
        a.AskToJoin();
        Assert.True(a.Joined!.SkipAssignment);
        Assert.Equal(a.Joined.MemberId, a.Joined.Leader);
        Assert.Equal(2, a.Joined.Members.Count);
        Assert.Equal(a.Joined.MemberId, shard.Group().Leader);
    }

    [Fact]
    public void Before_version_9_a_leader_that_comes_back_is_told_that_its_old_self_leads()
    {
        ShardDriver shard = StableStatic(out Member[] members);
        Member a = new Member(shard, "a") { InstanceId = "a-instance", Version = 8 };
        a.AskToJoin();
        Assert.False(a.Joined!.SkipAssignment);
        Assert.Equal(members[0].MemberId, a.Joined.Leader);
        Assert.Empty(a.Joined.Members);
    }

    [Fact]
    public void A_follower_that_comes_back_is_told_who_leads()
    {
        ShardDriver shard = StableStatic(out Member[] members);
        Member b = Static(shard, "b");
        b.AskToJoin();
        Assert.False(b.Joined!.SkipAssignment);
        Assert.Equal(members[0].MemberId, b.Joined.Leader);
        Assert.Empty(b.Joined.Members);
    }

    [Fact]
    public void A_static_member_that_comes_back_with_other_protocols_may_change_the_groups_choice()
    {
        ShardDriver shard = Scenario.Stable(
            null,
            out Member[] members,
            s => new Member(s, "a") { InstanceId = "a-instance", Protocols = [("range", []), ("sticky", [])] },
            s => new Member(s, "b") { InstanceId = "b-instance", Protocols = [("range", []), ("sticky", [])] });
        Member b = new Member(shard, "b") { InstanceId = "b-instance", Protocols = [("sticky", [])] };
        b.AskToJoin();
        Assert.Null(b.Joined);
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
        members[0].Join();
        Assert.Equal("sticky", b.Accept().Joined!.ProtocolName);
    }

    [Fact]
    public void A_static_member_that_comes_back_while_the_leader_assigns_begins_a_new_generation()
    {
        var shard = new ShardDriver();
        Member a = Static(shard, "a").Join();
        Member b = Static(shard, "b").Join();
        shard.Advance(6000);
        a.Accept();
        b.Accept();
        b.Sync([]);
        Reply<SyncGroupResponse> waiting = b.Syncing!;

        Member again = Static(shard, "b");
        again.AskToJoin();
        Assert.Equal(ErrorCode.FencedInstanceId, waiting.Response!.ErrorCode);
        Assert.Null(again.Joined);
        a.Join();
        Assert.Equal(2, again.Accept().Generation);
        Assert.Equal(2, shard.Group().MemberCount);
    }

    [Fact]
    public void A_join_that_waits_under_the_old_id_is_fenced()
    {
        ShardDriver shard = StableStatic(out Member[] members);
        members[0].Join();
        members[1].Joining!.Decide(members[1].Joined!);
        Member c = Static(shard, "c").Join();
        Member again = Static(shard, "c");
        again.AskToJoin();
        Assert.Equal(ErrorCode.FencedInstanceId, c.Joined!.ErrorCode);
        members[1].Join();
        Assert.Equal(2, again.Accept().Generation);
    }

    [Fact]
    public void A_static_member_that_misses_a_rebalance_stays_until_its_session_ends()
    {
        ShardDriver shard = Scenario.Stable(
            null,
            out Member[] members,
            s => new Member(s, "a") { InstanceId = "a-instance", SessionTimeoutMs = 100_000 },
            s => new Member(s, "b") { InstanceId = "b-instance", SessionTimeoutMs = 100_000 });
        members[0].Join();
        shard.Advance(60_000);
        Assert.Equal(2, members[0].Accept().Generation);
        Assert.Equal(2, members[0].Joined!.Members.Count);
        Assert.Equal(2, shard.Group().MemberCount);
    }

    [Fact]
    public void A_rebalance_that_only_static_members_could_join_waits_for_one_of_them()
    {
        ShardDriver shard = Scenario.Stable(
            null,
            out Member[] members,
            s => new Member(s, "a"),
            s => new Member(s, "b") { InstanceId = "b-instance", SessionTimeoutMs = 200_000 });
        members[0].Leave();
        shard.Advance(60_000);
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
        shard.Advance(60_000);
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
        members[1].Join();
        Assert.Equal(2, members[1].Accept().Generation);
    }

    [Fact]
    public void An_instance_that_is_not_in_the_group_is_unknown()
    {
        ShardDriver shard = StableStatic(out Member[] members);
        Member stranger = new Member(shard, "x") { InstanceId = "x-instance", MemberId = members[0].MemberId, Generation = 1 };
        Assert.Equal(ErrorCode.UnknownMemberId, stranger.Heartbeat());
        Assert.Equal(ErrorCode.UnknownMemberId, stranger.AskToJoin().Response!.ErrorCode);
    }

    [Fact]
    public void A_static_member_is_known_again_after_a_restart()
    {
        ShardDriver shard = StableStatic(out Member[] members);
        shard.Restart();
        Assert.Equal(ErrorCode.None, members[1].Heartbeat());
        Member b = Static(shard, "b");
        b.AskToJoin();
        Assert.Equal("b@1", b.Accept().Sync([]).Assignment);
    }

    private static Member Static(ShardDriver shard, string name) => new(shard, name) { InstanceId = $"{name}-instance" };

    private static ShardDriver StableStatic(out Member[] members) =>
        Scenario.Stable(null, out members, s => Static(s, "a"), s => Static(s, "b"));
}
