using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class JoinTests
{
    [Fact]
    public void A_dynamic_member_is_given_an_id_first_and_joins_with_it()
    {
        var shard = new ShardDriver(Scenario.NoDelay);
        var member = new Member(shard, "a");
        member.AskToJoin();
        Assert.Equal(ErrorCode.MemberIdRequired, member.Joined!.ErrorCode);
        Assert.Matches("^a-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", member.Joined.MemberId);
        Assert.Equal(1, shard.Group().PendingMemberCount);
        Assert.Equal(0, shard.Group().MemberCount);

        member.MemberId = member.Joined.MemberId;
        member.AskToJoin();
        member.Accept();
        Assert.Equal(1, member.Generation);
        Assert.Equal(0, shard.Group().PendingMemberCount);
    }

    [Fact]
    public void Before_version_4_a_member_joins_at_once()
    {
        var shard = new ShardDriver(Scenario.NoDelay);
        var member = new Member(shard, "a") { Version = 3 };
        member.AskToJoin();
        Assert.Equal(ErrorCode.None, member.Joined!.ErrorCode);
        Assert.StartsWith("a-", member.Joined.MemberId);
    }

    [Fact]
    public void A_new_group_is_in_the_log_as_an_empty_one()
    {
        var shard = new ShardDriver();
        new Member(shard, "a").AskToJoin();
        GroupMetadataRecord record = Assert.IsType<GroupMetadataRecord>(Assert.Single(shard.Records));
        Assert.Equal("g", record.Key.Group);
        Assert.Equal(("", 0, null, null, shard.NowMs), (record.Value!.ProtocolType, record.Value.Generation, record.Value.Protocol, record.Value.Leader, record.Value.CurrentStateTimestamp));
        Assert.Empty(record.Value.Members);
    }

    [Fact]
    public void The_first_rebalance_waits_for_more_members_and_again_for_each_that_comes()
    {
        var shard = new ShardDriver();
        Member a = new Member(shard, "a").Join();
        shard.Advance(2999);
        Member b = new Member(shard, "b").Join();
        shard.Advance(1);
        Assert.Null(a.Joined);
        shard.Advance(2999);
        Assert.Null(a.Joined);
        shard.Advance(1);

        Assert.Equal(1, a.Accept().Generation);
        Assert.Equal(1, b.Accept().Generation);
        Assert.True(a.IsLeader);
        Assert.Equal([a.MemberId, b.MemberId], a.Joined!.Members.Select(member => member.MemberId));
        Assert.Empty(b.Joined!.Members);
        Assert.Equal(a.MemberId, b.Joined.Leader);
    }

    [Fact]
    public void The_first_rebalance_waits_no_longer_than_the_rebalance_timeout()
    {
        var shard = new ShardDriver();
        Member a = new Member(shard, "a") { RebalanceTimeoutMs = 7000 }.Join();
        for (int second = 0; second < 7; second++)
        {
            Assert.Null(a.Joined);
            new Member(shard, $"m{second}").Join();
            shard.Advance(1000);
        }

        Assert.Equal(8, a.Accept().Joined!.Members.Count);
    }

    [Fact]
    public void Without_an_initial_delay_the_first_member_has_its_generation_at_once()
    {
        var shard = new ShardDriver(Scenario.NoDelay);
        Member member = new Member(shard, "a").Join();
        Assert.Equal(1, member.Accept().Generation);
        Assert.Equal(ClassicGroupState.CompletingRebalance, shard.Group().State);
    }

    [Fact]
    public void A_member_that_comes_later_has_the_others_join_again()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] first, s => new Member(s, "a"));
        Member a = first[0];
        Member b = new Member(shard, "b").Join();
        Assert.Null(b.Joined);
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
        Assert.Equal(ErrorCode.RebalanceInProgress, a.Heartbeat());

        a.Join();
        Assert.Equal(2, a.Accept().Generation);
        Assert.Equal(2, b.Accept().Generation);
        Scenario.Settle(shard, a, b);
        Assert.Equal(("a@2", "b@2"), (a.Assignment, b.Assignment));
    }

    [Fact]
    public void A_dynamic_member_that_does_not_join_again_in_time_is_out_and_another_leads()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] first, s => new Member(s, "a") { SessionTimeoutMs = 300_000 });
        Member b = new Member(shard, "b").Join();
        shard.Advance(59_999);
        Assert.Null(b.Joined);
        shard.Advance(1);
        Assert.True(b.Accept().IsLeader);
        Assert.Equal(ErrorCode.UnknownMemberId, first[0].Heartbeat());
    }

    [Fact]
    public void A_rebalance_waits_for_ids_that_were_given_out_until_their_sessions_end()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] first, s => new Member(s, "a"));
        new Member(shard, "ghost").AskToJoin();
        Member b = new Member(shard, "b").Join();
        first[0].Join();
        Assert.Null(b.Joined);
        shard.Advance(10_000);
        Assert.Equal(2, b.Accept().Generation);
        Assert.Equal(2, shard.Group().MemberCount);
    }

    [Fact]
    public void An_id_that_nobody_gave_out_is_unknown()
    {
        var shard = new ShardDriver(Scenario.NoDelay);
        var stranger = new Member(shard, "x") { MemberId = "x-1" };
        Assert.Equal(ErrorCode.UnknownMemberId, stranger.AskToJoin().Response!.ErrorCode);
        Assert.Empty(shard.Shard.Groups);

        new Member(shard, "a").Join();
        Assert.Equal(ErrorCode.UnknownMemberId, stranger.AskToJoin().Response!.ErrorCode);
        Assert.Equal("x-1", stranger.Joined!.MemberId);
    }

    [Fact]
    public void Members_must_share_the_protocol_type_and_a_protocol()
    {
        ShardDriver shard = Scenario.Stable(
            null,
            out _,
            s => new Member(s, "a") { Protocols = [("range", []), ("sticky", [])] },
            s => new Member(s, "b") { Protocols = [("sticky", []), ("roundrobin", [])] });
        Assert.Equal("sticky", shard.Group().Protocol);

        Assert.Equal(ErrorCode.InconsistentGroupProtocol, JoinError(new Member(shard, "c") { Protocols = [("range", [])] }));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, JoinError(new Member(shard, "c") { ProtocolType = "connect", Protocols = [("sticky", [])] }));
        Assert.Equal(ErrorCode.MemberIdRequired, JoinError(new Member(shard, "c") { Protocols = [("sticky", [])] }));
    }

    [Fact]
    public void The_first_member_must_have_a_protocol_type_and_a_protocol()
    {
        var shard = new ShardDriver();
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, JoinError(new Member(shard, "a") { Protocols = [] }));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, JoinError(new Member(shard, "a") { ProtocolType = "" }));
    }

    [Fact]
    public void The_protocol_with_most_votes_among_those_all_have_is_chosen()
    {
        ShardDriver shard = Scenario.Stable(
            s => new Member(s, "a") { Protocols = [("x", []), ("y", []), ("z", [])] },
            s => new Member(s, "b") { Protocols = [("y", []), ("z", [])] },
            s => new Member(s, "c") { Protocols = [("z", []), ("y", [])] });
        Assert.Equal("y", shard.Group().Protocol);
    }

    [Fact]
    public void An_empty_group_takes_members_of_any_protocol_type()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"));
        members[0].Leave();
        Assert.Equal(ClassicGroupState.Empty, shard.Group().State);
        new Member(shard, "worker") { ProtocolType = "connect" }.Join();
        Assert.Equal("connect", shard.Group().ProtocolTypeName);
    }

    [Fact]
    public void A_follower_that_joins_again_unchanged_is_told_the_generation_it_is_in()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        Member b = members[1].Join();
        Assert.Equal(1, b.Accept().Generation);
        Assert.Equal(ClassicGroupState.Stable, shard.Group().State);
        Assert.Equal("b@1", b.Sync().Assignment);
    }

    [Fact]
    public void A_leader_that_joins_again_has_everybody_join_again()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        members[0].Join();
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
        members[1].Join();
        Assert.Equal(2, members[0].Accept().Generation);
    }

    [Fact]
    public void A_follower_that_joins_with_other_metadata_has_everybody_join_again()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        members[1].Protocols = [("range", Member.Subscription("t", "u"))];
        members[1].Join();
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
    }

    [Fact]
    public void Who_missed_the_answer_to_its_join_joins_again_and_gets_it()
    {
        var shard = new ShardDriver();
        Member a = new Member(shard, "a").Join();
        Member b = new Member(shard, "b").Join();
        shard.Advance(6000);
        Assert.Equal(1, a.Accept().Join().Accept().Generation);
        Assert.Equal(2, a.Joined!.Members.Count);
        Assert.Equal(1, b.Accept().Join().Accept().Generation);
        Assert.Empty(b.Joined!.Members);
        Assert.Equal(ClassicGroupState.CompletingRebalance, shard.Group().State);
    }

    [Fact]
    public void A_join_that_is_repeated_while_it_waits_answers_the_one_before()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        Reply<JoinGroupResponse> first = members[0].AskToJoin();
        Reply<JoinGroupResponse> second = members[0].AskToJoin();
        Assert.Equal(ErrorCode.RebalanceInProgress, first.Response!.ErrorCode);
        Assert.Null(second.Response);
        members[1].Join();
        Assert.Equal(ErrorCode.None, second.Response!.ErrorCode);
    }

    [Fact]
    public void A_full_group_takes_nobody_else()
    {
        ShardDriver shard = Scenario.Stable(new() { MaxSize = 2 }, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        Assert.Equal(ErrorCode.GroupMaxSizeReached, JoinError(new Member(shard, "c")));
        Assert.Equal("", new Member(shard, "c").AskToJoin().Response!.MemberId);

        members[0].Join();
        members[1].Join();
        Assert.Equal(2, members[1].Accept().Generation);
    }

    [Fact]
    public void Of_a_group_that_became_too_large_those_stay_who_join_first()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"), s => new Member(s, "c"));
        shard.Restart(new() { MaxSize = 2 });
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
        Assert.Equal(ErrorCode.RebalanceInProgress, members[0].Heartbeat());

        members[2].Join();
        members[1].Join();
        Assert.Equal(ErrorCode.GroupMaxSizeReached, members[0].Join().Joined!.ErrorCode);
        Assert.Equal(2, members[1].Accept().Generation);
        Assert.Equal(2, members[2].Accept().Generation);
        Assert.Equal(2, shard.Group().MemberCount);
    }

    [Fact]
    public void A_new_member_is_not_kept_waiting_longer_than_five_minutes()
    {
        ShardDriver shard = Scenario.Stable(
            null, out _, s => new Member(s, "a") { SessionTimeoutMs = 1_800_000, RebalanceTimeoutMs = 1_800_000 });
        Member b = new Member(shard, "b").Join();
        shard.Advance(299_999);
        Assert.Null(b.Joined);
        shard.Advance(1);
        Assert.Equal(ErrorCode.UnknownMemberId, b.Joined!.ErrorCode);
        Assert.Equal("", b.Joined.MemberId);
    }

    [Fact]
    public void A_given_id_is_for_dynamic_members_only()
    {
        var shard = new ShardDriver();
        var member = new Member(shard, "a");
        member.AskToJoin();
        var impostor = new Member(shard, "a") { MemberId = member.Joined!.MemberId, InstanceId = "i" };
        Assert.Equal(ErrorCode.UnknownServerError, JoinError(impostor));
    }

    [Fact]
    public void A_rebalance_is_logged_with_who_caused_it_and_why()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"));
        Member b = new Member(shard, "b") { Reason = "a new pod" }.Join();
        Assert.Contains(shard.Logger.Messages, message => message.Message == $"Group g: rebalance after generation 1: MemberJoined {b.MemberId} (a new pod).");
        members[0].Join();
        Assert.Contains(shard.Logger.Messages, message => message.Message == $"Group g: generation 2 of range begins with 2 members, led by {members[0].MemberId}.");
        Assert.All(shard.Logger.Messages, message => Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Debug, message.Level));
    }

    private static ErrorCode JoinError(Member member) => member.AskToJoin().Response!.ErrorCode;
}
