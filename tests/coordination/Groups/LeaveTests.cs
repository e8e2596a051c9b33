using Compat.Coordination.Groups;
using Compat.Coordination.Groups.Classic;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class LeaveTests
{
    [Fact]
    public void A_member_that_leaves_has_the_others_join_again()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        Assert.Equal(ErrorCode.None, members[0].Leave().Members[0].ErrorCode);
        Assert.Equal(ErrorCode.RebalanceInProgress, members[1].Heartbeat());
        Assert.True(members[1].Join().Accept().IsLeader);
        Assert.Equal(ErrorCode.UnknownMemberId, members[0].Heartbeat());
        Assert.Equal(1, shard.Group().MemberCount);
    }

    [Fact]
    public void Members_that_leave_together_are_answered_one_by_one()
    {
        ShardDriver shard = Scenario.Stable(
            null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b") { InstanceId = "i" }, s => new Member(s, "c"));
        var pending = new Member(shard, "p");
        pending.AskToJoin();
        LeaveGroupResponse response = Leave(
            shard,
            (members[0].MemberId, null),
            ("", "i"),
            ("", "unknown"),
            ("x", null),
            (pending.Joined!.MemberId, null),
            (members[2].MemberId, "i"));
        Assert.Equal(
            [ErrorCode.None, ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId, ErrorCode.None, ErrorCode.UnknownMemberId],
            response.Members.Select(member => member.ErrorCode));
        Assert.Equal(["", "x"], [response.Members[2].MemberId, response.Members[3].MemberId]);
        Assert.Equal("unknown", response.Members[2].GroupInstanceId);
        Assert.Equal([members[2].MemberId], shard.Group().Members.Select(member => member.MemberId));
        Assert.Equal(0, shard.Group().PendingMemberCount);
    }

    [Fact]
    public void A_static_member_that_is_named_with_another_id_is_fenced()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a") { InstanceId = "i" }, s => new Member(s, "b"));
        Assert.Equal(ErrorCode.FencedInstanceId, Leave(shard, (members[1].MemberId, "i")).Members[0].ErrorCode);
    }

    [Fact]
    public void Of_a_group_that_does_not_exist_everybody_is_unknown()
    {
        LeaveGroupResponse response = Leave(new ShardDriver(), ("a", null), ("", "i"));
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal([("a", null, ErrorCode.UnknownMemberId), ("", "i", ErrorCode.UnknownMemberId)],
            response.Members.Select(member => (member.MemberId, member.GroupInstanceId, member.ErrorCode)));
    }

    [Fact]
    public void Who_leaves_while_its_join_waits_is_answered()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        members[0].Join();
        members[0].Leave();
        Assert.Equal(ErrorCode.UnknownMemberId, members[0].Joined!.ErrorCode);
        Assert.Equal(2, members[1].Join().Accept().Generation);
        Assert.Equal(1, shard.Group().MemberCount);
    }

    [Fact]
    public void Who_leaves_while_its_sync_waits_is_answered()
    {
        var shard = new ShardDriver();
        new Member(shard, "a").Join();
        Member b = new Member(shard, "b").Join();
        shard.Advance(6000);
        b.Sync();
        b.Leave();
        Assert.Equal(ErrorCode.UnknownMemberId, b.Synced!.ErrorCode);
    }

    [Fact]
    public void When_all_leave_the_group_is_empty()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        members[0].Leave();
        members[1].Leave();
        Assert.Equal(ClassicGroupState.Empty, shard.Group().State);
        Assert.Equal(2, shard.Group().Generation);
        Assert.Equal(0, shard.Turn.Timers.Count - 1);
    }

    [Fact]
    public void Leaving_during_the_initial_delay_does_not_end_it()
    {
        var shard = new ShardDriver();
        Member a = new Member(shard, "a").Join();
        Member b = new Member(shard, "b").Join();
        b.Leave();
        Assert.Null(a.Joined);
        shard.Advance(6000);
        Assert.Equal(1, a.Accept().Generation);
    }

    private static LeaveGroupResponse Leave(ShardDriver shard, params (string MemberId, string? InstanceId)[] members) =>
        shard.Decide(GroupShard.LeaveDecision, new LeaveGroupRequest
        {
            GroupId = "g",
            Members = [.. members.Select(member => new LeaveGroupRequest.MemberIdentity { MemberId = member.MemberId, GroupInstanceId = member.InstanceId })],
        });
}
