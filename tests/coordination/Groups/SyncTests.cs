using System.Text;
using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class SyncTests
{
    [Fact]
    public void Followers_wait_for_the_leader_whose_assignment_is_logged_and_handed_out()
    {
        ShardDriver shard = Completing(out Member a, out Member b);
        b.Accept().Sync();
        Assert.Null(b.Synced);
        a.Accept().Sync();

        GroupMetadataValue value = Assert.IsType<GroupMetadataRecord>(Assert.Single(shard.Records)).Value!;
        Assert.Equal(("consumer", 1, "range", a.MemberId), (value.ProtocolType, value.Generation, value.Protocol, value.Leader));
        GroupMetadataValue.MemberMetadata logged = value.Members[1];
        Assert.Equal((b.MemberId, null, "b", "/127.0.0.1"), (logged.MemberId, logged.GroupInstanceId, logged.ClientId, logged.ClientHost));
        Assert.Equal((60_000, 10_000), (logged.RebalanceTimeout, logged.SessionTimeout));
        Assert.Equal(Member.Subscription("t"), logged.Subscription.ToArray());
        Assert.Equal("b@1", Encoding.UTF8.GetString(logged.Assignment.Span));
        Assert.Equal(("a@1", "b@1"), (a.Assignment, b.Assignment));
        Assert.Equal(("consumer", "range"), (b.Synced!.ProtocolType, b.Synced.ProtocolName));
        Assert.Equal(1, shard.Metrics.CompletedRebalances);
    }

    [Fact]
    public void A_member_that_the_leader_forgot_has_an_empty_assignment()
    {
        ShardDriver shard = Completing(out Member a, out Member b);
        a.Accept().Sync([(a.MemberId, "all")]);
        Assert.Equal("", b.Sync().Assignment);
        Assert.Equal("all", a.Assignment);
        Assert.Equal(ClassicGroupState.Stable, shard.Group().State);
    }

    [Fact]
    public void Who_comes_after_the_leader_is_answered_at_once()
    {
        Completing(out Member a, out Member b);
        a.Sync();
        Assert.Equal("b@1", b.Sync().Assignment);
    }

    [Fact]
    public void Another_generation_group_or_member_is_refused()
    {
        ShardDriver shard = Completing(out Member a, out _);
        a.Accept();
        Assert.Equal(ErrorCode.IllegalGeneration, SyncError(a, request => request.GenerationId = 2));
        Assert.Equal(ErrorCode.UnknownMemberId, SyncError(a, request => request.MemberId = "x"));
        Assert.Equal(ErrorCode.UnknownMemberId, SyncError(a, request => request.GroupId = "other"));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, SyncError(a, request => request.ProtocolName = "sticky"));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, SyncError(a, request => request.ProtocolType = "connect"));
        Assert.Equal(ClassicGroupState.CompletingRebalance, shard.Group().State);
    }

    [Fact]
    public void Who_waits_for_an_assignment_when_another_member_comes_joins_again()
    {
        ShardDriver shard = Completing(out Member a, out Member b);
        b.Sync();
        new Member(shard, "c").Join();
        Assert.Equal(ErrorCode.RebalanceInProgress, b.Synced!.ErrorCode);
        Assert.Equal(ErrorCode.RebalanceInProgress, a.Sync().Synced!.ErrorCode);
    }

    [Fact]
    public void Members_that_do_not_fetch_their_assignment_are_out()
    {
        ShardDriver shard = Completing(out Member a, out Member b, sessionTimeoutMs: 300_000);
        a.Sync();
        shard.Advance(59_999);
        Assert.Equal(ClassicGroupState.Stable, shard.Group().State);
        shard.Advance(1);
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
        Assert.Equal(ErrorCode.UnknownMemberId, b.Accept().Heartbeat());
        Assert.Equal(2, a.Join().Accept().Generation);
    }

    [Fact]
    public void A_leader_that_does_not_assign_is_out()
    {
        ShardDriver shard = Completing(out _, out Member b, sessionTimeoutMs: 300_000);
        b.Sync();
        shard.Advance(60_000);
        Assert.Equal(ErrorCode.RebalanceInProgress, b.Synced!.ErrorCode);
        Assert.True(b.Join().Accept().IsLeader);
        Assert.Equal(1, shard.Group().MemberCount);
    }

    [Fact]
    public void An_assignment_larger_than_the_log_takes_is_refused_and_the_group_tries_again()
    {
        ShardDriver shard = Completing(out Member a, out Member b);
        shard.MaxRecordBytes = 1000;
        b.Sync();
        a.Accept().Sync([(a.MemberId, new string('x', 2000))]);
        Assert.Equal(ErrorCode.UnknownServerError, a.Synced!.ErrorCode);
        Assert.Equal(ErrorCode.UnknownServerError, b.Synced!.ErrorCode);
        Assert.Equal(ClassicGroupState.PreparingRebalance, shard.Group().State);
        Assert.Empty(shard.Records);
    }

    [Fact]
    public void A_sync_that_is_repeated_while_it_waits_answers_the_one_before()
    {
        Completing(out Member a, out Member b);
        b.Sync();
        Reply<SyncGroupResponse> first = b.Syncing!;
        b.Sync();
        Assert.Equal(ErrorCode.RebalanceInProgress, first.Response!.ErrorCode);
        a.Sync();
        Assert.Equal("b@1", b.Assignment);
    }

    private static ErrorCode SyncError(Member member, Action<SyncGroupRequest> change)
    {
        var request = new SyncGroupRequest { GroupId = "g", MemberId = member.MemberId, GenerationId = member.Generation };
        change(request);
        return member.Sync(request).Synced!.ErrorCode;
    }

    private static ShardDriver Completing(out Member a, out Member b, int sessionTimeoutMs = 10_000)
    {
        var shard = new ShardDriver();
        a = new Member(shard, "a") { SessionTimeoutMs = sessionTimeoutMs }.Join();
        b = new Member(shard, "b") { SessionTimeoutMs = sessionTimeoutMs }.Join();
        shard.Advance(6000);
        Assert.Equal(ClassicGroupState.CompletingRebalance, shard.Group().State);
        return shard;
    }
}
