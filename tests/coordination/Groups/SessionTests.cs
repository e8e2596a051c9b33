using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Groups.Records;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class SessionTests
{
    [Fact]
    public void Heartbeats_keep_a_member_and_silence_ends_it()
    {
        ShardDriver shard = Stable(out Member a, out Member b);
        for (int beat = 0; beat < 10; beat++)
        {
            shard.Advance(9_999);
            Assert.Equal(ErrorCode.None, a.Heartbeat());
            Assert.Equal(ErrorCode.None, b.Heartbeat());
        }

        shard.Advance(9_999);
        Assert.Equal(ErrorCode.None, a.Heartbeat());
        shard.Advance(1);
        Assert.Equal(ErrorCode.UnknownMemberId, b.Heartbeat());
        Assert.Equal(ErrorCode.RebalanceInProgress, a.Heartbeat());
        Assert.Equal(2, a.Join().Accept().Generation);
    }

    [Fact]
    public void The_wall_clock_ends_no_session()
    {
        ShardDriver shard = Stable(out Member a, out Member b);
        foreach (long jump in new[] { 3_600_000, -7_200_000 })
        {
            shard.NowMs += jump;
            shard.Advance(9_999);
            Assert.Equal(ErrorCode.None, a.Heartbeat());
            Assert.Equal(ErrorCode.None, b.Heartbeat());
        }
    }

    [Fact]
    public void A_commit_is_a_sign_of_life()
    {
        ShardDriver shard = Stable(out Member a, out _);
        shard.Advance(9_999);
        Assert.Equal(ErrorCode.None, a.Commit(1));
        shard.Advance(9_999);
        Assert.NotEqual(ErrorCode.UnknownMemberId, a.Heartbeat());
    }

    [Fact]
    public void Another_generation_or_member_or_group_is_told()
    {
        ShardDriver shard = Stable(out Member a, out _);
        Assert.Equal(ErrorCode.IllegalGeneration, new Member(shard, "a") { MemberId = a.MemberId, Generation = 0 }.Heartbeat());
        Assert.Equal(ErrorCode.UnknownMemberId, new Member(shard, "x") { MemberId = "x", Generation = 1 }.Heartbeat());
        Assert.Equal(ErrorCode.UnknownMemberId, new Member(shard, "a", "other") { MemberId = a.MemberId, Generation = 1 }.Heartbeat());
    }

    [Fact]
    public void Between_join_and_assignment_heartbeats_are_ordinary()
    {
        var shard = new ShardDriver(Scenario.NoDelay);
        Member a = new Member(shard, "a").Join().Accept();
        Assert.Equal(ClassicGroupState.CompletingRebalance, shard.Group().State);
        Assert.Equal(ErrorCode.None, a.Heartbeat());
    }

    [Fact]
    public void Who_is_kept_waiting_is_alive()
    {
        ShardDriver shard = Scenario.Stable(
            null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b") { SessionTimeoutMs = 50_000 });
        members[0].Join();
        shard.Advance(49_999);
        Assert.Null(members[0].Joined);
        members[1].Join();
        Assert.Equal(2, members[0].Accept().Generation);
    }

    [Fact]
    public void When_the_last_member_is_gone_the_group_is_empty_and_the_log_says_so()
    {
        ShardDriver shard = Scenario.Stable(null, out _, s => new Member(s, "a"));
        shard.Advance(10_000);
        GroupMetadataRecord record = Assert.IsType<GroupMetadataRecord>(Assert.Single(shard.Records));
        GroupMetadataValue value = record.Value!;
        Assert.Equal((2, "consumer", null, null), (value.Generation, value.ProtocolType, value.Protocol, value.Leader));
        Assert.Empty(value.Members);
        Assert.Equal(shard.NowMs, value.CurrentStateTimestamp);
        Assert.Equal(ClassicGroupState.Empty, shard.Group().State);
    }

    [Fact]
    public void After_a_restart_members_go_on_with_their_generation()
    {
        ShardDriver shard = Stable(out Member a, out Member b);
        a.Commit(17);
        shard.Advance(5000);
        shard.Restart();
        Assert.Equal(ClassicGroupState.Stable, shard.Group().State);
        shard.Advance(9_999);
        Assert.Equal(ErrorCode.None, a.Heartbeat());
        Assert.Equal(ErrorCode.None, a.Commit(18));
        Assert.Equal("b@1", b.Sync([]).Assignment);

        shard.Advance(10_000);
        Assert.Equal(ErrorCode.UnknownMemberId, b.Heartbeat());
    }

    [Fact]
    public void A_generation_that_was_not_assigned_is_lost_in_a_restart_and_its_members_join_again()
    {
        ShardDriver shard = Stable(out Member a, out Member b);
        a.Join();
        b.Join();
        Assert.Equal(2, a.Accept().Generation);
        shard.Restart();
        Assert.Equal(ErrorCode.IllegalGeneration, a.Heartbeat());
        Assert.Equal(ErrorCode.IllegalGeneration, a.Sync([]).Synced!.ErrorCode);
        a.Join();
        b.Join();
        Assert.Equal(2, a.Accept().Generation);
    }

    [Fact]
    public void After_a_restart_every_group_is_what_it_was()
    {
        ShardDriver shard = Stable(out Member a, out Member b);
        b.Leave();
        Scenario.Settle(shard, a.Join());
        shard.Restart();
        ClassicGroup group = shard.Group();
        Assert.Equal((ClassicGroupState.Stable, 2, "range", a.MemberId), (group.State, group.Generation, group.Protocol, group.Leader));
        Assert.Equal([a.MemberId], group.Members.Select(member => member.MemberId));

        a.Leave();
        shard.Restart();
        Assert.Equal((ClassicGroupState.Empty, 3), (shard.Group().State, shard.Group().Generation));
    }

    private static ShardDriver Stable(out Member a, out Member b)
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        (a, b) = (members[0], members[1]);
        return shard;
    }
}
