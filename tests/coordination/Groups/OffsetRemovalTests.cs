using Compat.Coordination.Groups;
using Compat.Coordination.Groups.Records;
using Compat.Wire;

namespace Compat.Coordination.Tests.Groups;

public class OffsetRemovalTests
{
    private const long Day = 24L * 3600 * 1000;

    private static readonly Uuid TopicId = new(1, 2);

    [Fact]
    public void Offsets_of_topics_that_nobody_reads_can_be_deleted()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"));
        members[0].Commit(1, "t");
        members[0].Commit(2, "u");
        Assert.Equal(ErrorCode.GroupSubscribedToTopic, shard.DeleteOffsets("g", "t", 0).Topics[0].Partitions[0].ErrorCode);
        Assert.Empty(shard.Records);
        Assert.Equal(
            [(0, ErrorCode.None), (1, ErrorCode.None)],
            shard.DeleteOffsets("g", "u", 0, 1).Topics[0].Partitions.Select(partition => (partition.PartitionIndex, partition.ErrorCode)));
        Assert.True(Assert.IsType<OffsetCommitRecord>(Assert.Single(shard.Records)).IsTombstone);
        Assert.Equal([("t", 0, 1)], shard.FetchAll("g"));
        Assert.Equal(1, shard.Metrics.OffsetDeletions);
    }

    [Fact]
    public void Offsets_of_groups_that_do_not_exist_or_do_not_tell_what_they_read_stay()
    {
        ShardDriver shard = Scenario.Stable(s => new Member(s, "w") { ProtocolType = "connect" });
        Assert.Equal(ErrorCode.NonEmptyGroup, shard.DeleteOffsets("g", "t", 0).ErrorCode);
        Assert.Equal(ErrorCode.GroupIdNotFound, shard.DeleteOffsets("nobody", "t", 0).ErrorCode);
    }

    [Fact]
    public void A_group_goes_with_all_its_offsets()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"));
        members[0].Commit(1, "t", 0);
        members[0].Commit(2, "t", 1);
        Assert.Equal(ErrorCode.NonEmptyGroup, shard.Delete("g"));
        members[0].Leave();
        Assert.Equal(ErrorCode.None, shard.Delete("g"));
        Assert.Equal(3, shard.Records.Count);
        Assert.True(Assert.IsType<GroupMetadataRecord>(shard.Records[2]).IsTombstone);
        Assert.Empty(shard.Shard.Groups);
        Assert.Equal(ErrorCode.GroupIdNotFound, shard.Delete("g"));

        shard.Restart();
        Assert.Empty(shard.Shard.Groups);
        Assert.Empty(shard.FetchAll("g"));
    }

    [Fact]
    public void Offsets_go_with_their_topic_but_not_with_another_of_its_name()
    {
        var shard = new ShardDriver();
        shard.CommitAlone("g", "t", 0, 1, topicId: TopicId);
        shard.CommitAlone("h", "t", 0, 2, topicId: new Uuid(9, 9));
        shard.CommitAlone("i", "t", 0, 3);
        shard.CommitAlone("j", "u", 0, 4, topicId: TopicId);
        shard.Decide(GroupShard.TopicsDeletedDecision, [new DeletedTopic("t", TopicId)]);
        Assert.Equal(["g", "i"], shard.Records.Select(record => Assert.IsType<OffsetCommitRecord>(record).Key.Group).Order());
        Assert.Equal([2], shard.FetchAll("h").Select(offset => offset.Offset));
        Assert.Equal([4], shard.FetchAll("j").Select(offset => offset.Offset));
    }

    [Fact]
    public void Offsets_of_an_empty_group_expire_a_retention_after_it_became_empty()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a") { SessionTimeoutMs = 1_000_000 });
        members[0].Commit(1);
        shard.Advance(500_000);
        members[0].Leave();
        shard.Advance((7 * Day) - 700_000);
        Assert.Equal(1, shard.Fetch("g", "t", 0).CommittedOffset);
        shard.Advance(1_200_000);
        Assert.Equal(-1, shard.Fetch("g", "t", 0).CommittedOffset);
        Assert.Empty(shard.Shard.Groups);
        Assert.Equal(1, shard.Metrics.OffsetExpirations);
        Assert.Equal(1, shard.Metrics.GroupDeletions);
    }

    [Fact]
    public void A_restart_does_not_begin_the_retention_anew()
    {
        ShardDriver shard = Scenario.Stable(null, out Member[] members, s => new Member(s, "a"));
        members[0].Commit(1);
        members[0].Leave();
        shard.Advance(6 * Day);
        shard.Restart();
        Assert.Equal(1, shard.Fetch("g", "t", 0).CommittedOffset);
        shard.Advance(Day + 600_000);
        Assert.Equal(-1, shard.Fetch("g", "t", 0).CommittedOffset);
    }

    [Fact]
    public void Of_a_live_group_only_topics_it_no_longer_reads_expire()
    {
        ShardDriver shard = Scenario.Stable(new() { OffsetsRetentionMs = 1000, OffsetsRetentionCheckIntervalMs = 500 }, out Member[] members, s => new Member(s, "a"));
        members[0].Commit(1, "t");
        members[0].Commit(2, "u");
        shard.Advance(2000);
        Assert.Equal([("t", 0, 1)], shard.FetchAll("g"));
        Assert.Equal(ErrorCode.None, members[0].Heartbeat());
    }

    [Fact]
    public void A_group_that_rebalances_or_does_not_tell_what_it_reads_loses_nothing()
    {
        var config = new GroupCoordinatorConfig { OffsetsRetentionMs = 1000, OffsetsRetentionCheckIntervalMs = 500 };
        ShardDriver shard = Scenario.Stable(config, out Member[] workers, s => new Member(s, "w") { ProtocolType = "connect" });
        workers[0].Commit(1, "t");
        shard.Advance(2000);
        Assert.Single(shard.FetchAll("g"));

        shard = Scenario.Stable(config, out Member[] members, s => new Member(s, "a"), s => new Member(s, "b"));
        members[0].Commit(2, "u");
        members[0].Join();
        members[1].Join();
        Assert.Equal(2, members[0].Accept().Generation);
        shard.Advance(2000);
        Assert.Single(shard.FetchAll("g"));
    }

    [Fact]
    public void A_consumer_without_a_group_loses_what_it_has_not_committed_for_a_retention()
    {
        var shard = new ShardDriver(new() { OffsetsRetentionMs = 1000, OffsetsRetentionCheckIntervalMs = 500 });
        shard.CommitAlone("g", "t", 0, 1);
        shard.Advance(600);
        shard.CommitAlone("g", "t", 1, 2);
        shard.Advance(400);
        Assert.Equal([("t", 1, 2)], shard.FetchAll("g"));
        Assert.Single(shard.Shard.Groups);
        shard.Advance(1000);
        Assert.Empty(shard.Shard.Groups);
    }

    [Fact]
    public void An_offset_that_says_when_it_expires_does_then()
    {
        var shard = new ShardDriver(new() { OffsetsRetentionCheckIntervalMs = 100 });
        shard.CommitAlone("g", "t", 0, 1, retentionMs: 250, version: 4);
        shard.Advance(200);
        Assert.Single(shard.FetchAll("g"));
        shard.Advance(100);
        Assert.Empty(shard.FetchAll("g"));
    }

    [Fact]
    public void A_group_that_was_never_used_goes_at_the_next_check()
    {
        var shard = new ShardDriver();
        new Member(shard, "ghost").AskToJoin();
        Assert.Single(shard.Shard.Groups);
        shard.Advance(600_000);
        Assert.Empty(shard.Shard.Groups);
    }
}
