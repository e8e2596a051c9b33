using System.Text;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class AdministrationTests
{
    [Fact]
    public void A_stable_group_is_described_with_everything()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b") { InstanceId = "i" });
        DescribeGroupsResponse.DescribedGroup group = shard.Describe("g");
        Assert.Equal((ErrorCode.None, "Stable", "consumer", "range"), (group.ErrorCode, group.GroupState, group.ProtocolType, group.ProtocolData));
        DescribeGroupsResponse.DescribedGroupMember b = group.Members[1];
        Assert.Equal((members[1].MemberId, "i", "b", "/127.0.0.1"), (b.MemberId, b.GroupInstanceId, b.ClientId, b.ClientHost));
        Assert.Equal(Member.Subscription("t"), b.MemberMetadata.ToArray());
        Assert.Equal("i@1", Encoding.UTF8.GetString(b.MemberAssignment.Span));
    }

    [Fact]
    public void A_group_that_rebalances_is_described_without_protocol_and_metadata()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        members[0].Join();
        DescribeGroupsResponse.DescribedGroup group = shard.Describe("g");
        Assert.Equal(("PreparingRebalance", ""), (group.GroupState, group.ProtocolData));
        Assert.All(group.Members, member => Assert.True(member.MemberMetadata.IsEmpty));
        members[1].Join();
        Assert.Equal("CompletingRebalance", shard.Describe("g").GroupState);
    }

    [Fact]
    public void A_group_that_does_not_exist_is_dead_before_version_6_and_an_error_since()
    {
        var shard = new ShardDriver();
        DescribeGroupsResponse.DescribedGroup old = shard.Describe("g", version: 5);
        Assert.Equal((ErrorCode.None, "Dead", null), (old.ErrorCode, old.GroupState, old.ErrorMessage));
        DescribeGroupsResponse.DescribedGroup now = shard.Describe("g", version: 6);
        Assert.Equal((ErrorCode.GroupIdNotFound, "Dead", "Group g not found."), (now.ErrorCode, now.GroupState, now.ErrorMessage));
    }

    [Fact]
    public void Groups_are_listed_by_state_and_type_whatever_their_case()
    {
        ShardDriver shard = Scenario.Stable(s => new Member(s, "a"));
        shard.CommitAlone("simple", "t", 0, 1);
        Assert.Equal(["g", "simple"], Ids(shard.List()));
        Assert.Equal(["g"], Ids(shard.List(states: ["stable"])));
        Assert.Equal(["simple"], Ids(shard.List(states: ["EMPTY "])));
        Assert.Equal(["g", "simple"], Ids(shard.List(states: ["Stable", "Empty"], types: ["Classic"])));
        Assert.Empty(shard.List(types: ["consumer"]));
        Assert.Empty(shard.List(types: ["nonsense"]));
        Assert.Empty(shard.List(states: ["nonsense"]));
        ListGroupsResponse.ListedGroup listed = shard.List(states: ["stable"])[0];
        Assert.Equal(("consumer", "Stable", "classic"), (listed.ProtocolType, listed.GroupState, listed.GroupType));
    }

    private static IEnumerable<string> Ids(List<ListGroupsResponse.ListedGroup> groups) => groups.Select(group => group.GroupId).Order();
}
