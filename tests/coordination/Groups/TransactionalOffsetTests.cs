using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class TransactionalOffsetTests
{
    private const long Producer = 9;

    [Fact]
    public void An_offset_of_an_open_transaction_is_not_seen_and_makes_its_partition_unstable()
    {
        ShardDriver shard = WithOpenTransaction();
        Assert.Equal(1, shard.Fetch("g", "t", 0).CommittedOffset);
        OffsetFetchResponse.OffsetFetchResponsePartitions stable = shard.Fetch("g", "t", 0, requireStable: true);
        Assert.Equal((-1, ErrorCode.UnstableOffsetCommit), (stable.CommittedOffset, stable.ErrorCode));
        Assert.Equal(ErrorCode.None, shard.Fetch("g", "t", 1, requireStable: true).ErrorCode);
        Assert.Equal([("t", 0, -1)], shard.FetchAll("g", requireStable: true));
    }

    [Fact]
    public void It_counts_when_the_transaction_commits()
    {
        ShardDriver shard = WithOpenTransaction();
        shard.Shard.ApplyTransactionEnd(Producer, committed: true);
        OffsetFetchResponse.OffsetFetchResponsePartitions fetched = shard.Fetch("g", "t", 0, requireStable: true);
        Assert.Equal((10, ErrorCode.None), (fetched.CommittedOffset, fetched.ErrorCode));
    }

    [Fact]
    public void It_is_forgotten_when_the_transaction_aborts()
    {
        ShardDriver shard = WithOpenTransaction();
        shard.Shard.ApplyTransactionEnd(Producer, committed: false);
        Assert.Equal(1, shard.Fetch("g", "t", 0, requireStable: true).CommittedOffset);
        shard.Shard.ApplyTransactionEnd(Producer, committed: true);
        Assert.Equal(1, shard.Fetch("g", "t", 0).CommittedOffset);
    }

    [Fact]
    public void The_later_record_wins_over_the_later_marker()
    {
        ShardDriver shard = WithOpenTransaction();
        shard.Shard.Apply(Record(20), RecordPosition.At(200));
        shard.Shard.ApplyTransactionEnd(Producer, committed: true);
        Assert.Equal(20, shard.Fetch("g", "t", 0).CommittedOffset);
    }

    [Fact]
    public void Deleting_the_offset_deletes_it_from_the_transaction_too()
    {
        ShardDriver shard = WithOpenTransaction();
        shard.DeleteOffsets("g", "t", 0);
        Assert.True(Assert.Single(shard.Records).IsTombstone);
        shard.Shard.ApplyTransactionEnd(Producer, committed: true);
        Assert.Equal(-1, shard.Fetch("g", "t", 0).CommittedOffset);
    }

    [Fact]
    public void Offsets_of_open_transactions_keep_their_group()
    {
        var shard = new ShardDriver(new() { OffsetsRetentionMs = 100, OffsetsRetentionCheckIntervalMs = 100 });
        shard.Shard.Apply(Record(10), new RecordPosition(100, Producer, 0));
        shard.Advance(1000);
        Assert.Single(shard.Shard.Groups);
        shard.Shard.ApplyTransactionEnd(Producer, committed: false);
        shard.Advance(1000);
        Assert.Empty(shard.Shard.Groups);
    }

    private static ShardDriver WithOpenTransaction()
    {
        var shard = new ShardDriver();
        shard.CommitAlone("g", "t", 0, 1);
        shard.Shard.Apply(Record(10), new RecordPosition(100, Producer, 0));
        return shard;
    }

    private static OffsetCommitRecord Record(long offset) => new(
        new OffsetCommitKey { Group = "g", Topic = "t", Partition = 0 },
        new OffsetCommitValue { Offset = offset, Metadata = "", CommitTimestamp = 1 });
}
