using Compat.Coordination.Groups.Records;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class OffsetCommitTests
{
    private static readonly Uuid TopicId = new(1, 2);

    [Fact]
    public void What_a_member_commits_is_logged_and_fetched_as_it_was()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"));
        Assert.Equal(ErrorCode.None, members[0].Commit(42, "t", 7, "grüße"));

        OffsetCommitRecord record = Assert.IsType<OffsetCommitRecord>(Assert.Single(shard.Records));
        Assert.Equal(("g", "t", 7), (record.Key.Group, record.Key.Topic, record.Key.Partition));
        Assert.Equal((42, 3, "grüße", shard.NowMs, -1), (record.Value!.Offset, record.Value.LeaderEpoch, record.Value.Metadata, record.Value.CommitTimestamp, record.Value.ExpireTimestamp));
        OffsetFetchResponse.OffsetFetchResponsePartitions fetched = shard.Fetch("g", "t", 7);
        Assert.Equal((42, 3, "grüße", ErrorCode.None), (fetched.CommittedOffset, fetched.CommittedLeaderEpoch, fetched.Metadata, fetched.ErrorCode));
        Assert.Equal(1, shard.Metrics.OffsetCommits);

        shard.Restart();
        fetched = shard.Fetch("g", "t", 7);
        Assert.Equal((42, 3, "grüße"), (fetched.CommittedOffset, fetched.CommittedLeaderEpoch, fetched.Metadata));
    }

    [Fact]
    public void A_consumer_without_a_group_makes_one_by_committing()
    {
        var shard = new ShardDriver();
        Assert.Equal(ErrorCode.None, shard.CommitAlone("simple", "t", 0, 5));
        Assert.Equal(5, shard.Fetch("simple", "t", 0).CommittedOffset);
        ListGroupsResponse.ListedGroup listed = Assert.Single(shard.List());
        Assert.Equal(("simple", "", "Empty", "classic"), (listed.GroupId, listed.ProtocolType, listed.GroupState, listed.GroupType));
    }

    [Fact]
    public void Whoever_is_not_in_a_live_group_may_not_commit_for_it()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"));
        Assert.Equal(ErrorCode.UnknownMemberId, shard.CommitAlone("g", "t", 0, 5));
        Assert.Equal(ErrorCode.UnknownMemberId, shard.CommitAlone("g", "t", 0, 5, memberId: "x", generation: 1));
        Assert.Equal(ErrorCode.IllegalGeneration, shard.CommitAlone("g", "t", 0, 5, memberId: members[0].MemberId, generation: 2));
        Assert.Equal(ErrorCode.IllegalGeneration, shard.CommitAlone("g", "t", 0, 5, memberId: members[0].MemberId, generation: -1));
        Assert.Equal(-1, shard.Fetch("g", "t", 0).CommittedOffset);
        Assert.Equal(0, shard.Metrics.OffsetCommits);
    }

    [Fact]
    public void An_empty_group_takes_the_commits_of_administrators()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"));
        members[0].Leave();
        Assert.Equal(ErrorCode.None, shard.CommitAlone("g", "t", 0, 5));
        Assert.Equal(ErrorCode.UnknownMemberId, members[0].Commit(6));
    }

    [Theory]
    [InlineData(8, ErrorCode.IllegalGeneration)]
    [InlineData(9, ErrorCode.GroupIdNotFound)]
    public void A_member_of_a_group_that_does_not_exist_is_told_so_as_its_version_can(short version, ErrorCode expected)
    {
        var shard = new ShardDriver();
        Assert.Equal(expected, shard.CommitAlone("g", "t", 0, 5, memberId: "a", generation: 1, version: version));
        Assert.Empty(shard.Shard.Groups);
    }

    [Fact]
    public void While_the_leader_assigns_a_commit_is_refused_and_while_members_join_it_is_not()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        members[0].Join();
        Assert.Equal(ErrorCode.None, members[1].Commit(1));
        members[1].Join();
        Assert.Equal(ErrorCode.IllegalGeneration, members[1].Commit(2));
        Assert.Equal(ErrorCode.RebalanceInProgress, members[1].Accept().Commit(2));
    }

    [Fact]
    public void Metadata_longer_than_allowed_is_refused_for_its_partition()
    {
        var shard = new ShardDriver(new() { OffsetMetadataMaxBytes = 4 });
        Assert.Equal(ErrorCode.None, shard.CommitAlone("g", "t", 0, 5, metadata: "1234"));
        Assert.Equal(ErrorCode.OffsetMetadataTooLarge, shard.CommitAlone("g", "t", 0, 6, metadata: "12345"));
        Assert.Equal(5, shard.Fetch("g", "t", 0).CommittedOffset);
        Assert.Equal(ErrorCode.None, shard.CommitAlone("g", "t", 0, 7, metadata: null));
        Assert.Equal("", shard.Fetch("g", "t", 0).Metadata);
    }

    [Fact]
    public void A_commit_with_a_retention_time_says_when_it_expires()
    {
        var shard = new ShardDriver();
        shard.CommitAlone("g", "t", 0, 5, retentionMs: 1000, version: 2);
        Assert.Equal(shard.NowMs + 1000, shard.CommittedInLog("g", "t", 0)!.ExpireTimestamp);
    }

    [Fact]
    public void A_partition_without_an_offset_and_a_group_that_does_not_exist_are_no_errors()
    {
        var shard = new ShardDriver();
        OffsetFetchResponse.OffsetFetchResponsePartitions nothing = shard.Fetch("nobody", "t", 3);
        Assert.Equal((3, -1, -1, "", ErrorCode.None), (nothing.PartitionIndex, nothing.CommittedOffset, nothing.CommittedLeaderEpoch, nothing.Metadata, nothing.ErrorCode));
        shard.CommitAlone("g", "t", 0, 5);
        Assert.Equal(-1, shard.Fetch("g", "t", 1).CommittedOffset);
        Assert.Equal(-1, shard.Fetch("g", "u", 0).CommittedOffset);
        Assert.Empty(shard.FetchAll("nobody"));
    }

    [Fact]
    public void All_offsets_of_a_group_can_be_fetched()
    {
        var shard = new ShardDriver();
        shard.CommitAlone("g", "t", 0, 5);
        shard.CommitAlone("g", "t", 1, 6);
        shard.CommitAlone("g", "u", 0, 7);
        shard.CommitAlone("other", "t", 0, 8);
        Assert.Equal([("t", 0, 5), ("t", 1, 6), ("u", 0, 7)], shard.FetchAll("g"));
    }

    [Fact]
    public void An_offset_of_a_topic_that_was_deleted_is_not_one_of_its_successor()
    {
        var shard = new ShardDriver();
        shard.CommitAlone("g", "t", 0, 5, topicId: TopicId);
        Assert.Equal(TopicId, shard.CommittedInLog("g", "t", 0)!.TopicId);
        Assert.Equal(5, shard.Fetch("g", "t", 0, TopicId).CommittedOffset);
        Assert.Equal(5, shard.Fetch("g", "t", 0).CommittedOffset);
        Assert.Equal(-1, shard.Fetch("g", "t", 0, new Uuid(3, 4)).CommittedOffset);
    }

    [Fact]
    public void The_empty_group_id_is_a_group()
    {
        var shard = new ShardDriver();
        Assert.Equal(ErrorCode.None, shard.CommitAlone("", "t", 0, 5));
        Assert.Equal(5, shard.Fetch("", "t", 0).CommittedOffset);
    }
}
