using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Metadata;

public sealed class MetadataLoaderTests
{
    private readonly MetadataLoader _loader;
    private readonly List<string> _published = [];
    private long _nextOffset;

    public MetadataLoaderTests()
    {
        _loader = new MetadataLoader(leader => _published.Add($"leader {leader.Epoch}"), _ => _published.Add("fatal"));
        _loader.AddPublisher(new Relay((_, image) => _published.Add(
            string.Join(',', image.Topics.ByName.Keys.Order()) + "@" + image.Provenance.LastContainedOffset)));
    }

    [Fact]
    public void Batches_that_come_together_make_one_image()
    {
        _loader.OnCommitted([Batch(Topic("a", Id(1))), Batch(Topic("b", Id(2)))]);
        _loader.OnCommitted([Batch(Topic("c", Id(3)))]);
        Assert.Equal(["a,b@1", "a,b,c@2"], _published);
        Assert.Equal(2, _loader.Image.Provenance.LastContainedOffset);
        Assert.True(_loader.Image.Provenance.IsOffsetBatchAligned);
    }

    [Fact]
    public void A_transaction_becomes_visible_whole()
    {
        _loader.OnCommitted([Batch(Topic("a", Id(1)), Begin(), Topic("b", Id(2)))]);
        Assert.True(_loader.IsInTransaction);
        _loader.OnCommitted([Batch(Topic("c", Id(3)))]);
        Assert.Equal(["a@0"], _published);
        Assert.False(_loader.Image.Provenance.IsOffsetBatchAligned);
        Assert.False(_loader.WaitUntilAppliedAsync(1).IsCompleted);
        _loader.OnCommitted([Batch(Of(new EndTransactionRecord()), Topic("d", Id(4)))]);
        Assert.Equal(["a@0", "a,b,c,d@5"], _published);
    }

    [Fact]
    public void An_aborted_transaction_leaves_nothing_but_its_offsets()
    {
        _loader.OnCommitted([Batch(Begin(), Topic("a", Id(1)))]);
        _loader.OnCommitted([Batch(Of(new AbortTransactionRecord()), Topic("b", Id(2)))]);
        Assert.Equal(["b@3"], _published);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_transaction_that_contradicts_itself_is_fatal(bool twice) => Assert.Throws<MetadataException>(() =>
        _loader.OnCommitted([twice ? Batch(Begin(), Begin()) : Batch(Of(new EndTransactionRecord()))]));

    [Fact]
    public void A_control_batch_moves_the_offset_only()
    {
        _loader.OnCommitted([Batch(Topic("a", Id(1))), new CommittedBatch(1, 3, 1, 0, 100, [])]);
        _nextOffset = 4;
        Assert.Equal(["a@3"], _published);
    }

    [Fact]
    public void A_snapshot_replaces_everything_and_listeners_hear_the_difference()
    {
        _loader.OnCommitted([Batch([.. TopicOf("gone", Id(1), 1, 1), .. TopicOf("kept", Id(2), 1, 1)])]);
        MetadataDelta? heard = null;
        _loader.AddPublisher(new Relay((delta, _) => heard = delta));
        _loader.OnSnapshot(new MetadataSnapshot(new OffsetAndEpoch(100, 4), 9_000, [.. TopicOf("kept", Id(2), 1, 1), .. TopicOf("new", Id(3), 1, 1)]));
        Assert.Equal("kept,new@99", _published[^1]);
        Assert.Equal(["gone"], heard!.Topics!.Deleted.Select(topic => topic.Name));
        Assert.Equal((99, 4, 9_000L), (_loader.Image.Provenance.LastContainedOffset, _loader.Image.Provenance.LastContainedEpoch, _loader.Image.Provenance.LastContainedLogTimeMs));
        Assert.Equal(0, _loader.BytesSinceSnapshot);
    }

    [Fact]
    public void At_the_start_nobody_is_shown_a_past_that_has_a_future_already()
    {
        _loader.OnSnapshot(new MetadataSnapshot(new OffsetAndEpoch(10, 1), 9_000, TopicOf("old", Id(1), 1, 1)));
        Assert.Empty(_published);
        _nextOffset = 10;
        _loader.OnCommitted([Batch(Begin()), Batch(Topic("new", Id(2))), Batch(Of(new EndTransactionRecord()))]);
        Assert.Equal(["new,old@12"], _published);
    }

    [Fact]
    public void A_start_from_a_snapshot_alone_shows_the_snapshot()
    {
        _loader.OnSnapshot(new MetadataSnapshot(new OffsetAndEpoch(10, 1), 9_000, TopicOf("old", Id(1), 1, 1)));
        _loader.OnCommitted([]);
        Assert.Equal(["old@9"], _published);
    }

    [Fact]
    public async Task Waits_end_after_all_publishers_have_followed()
    {
        Task<bool> wait = _loader.WaitUntilAppliedAsync(1).AsTask();
        bool wasDone = true;
        _loader.AddPublisher(new Relay((_, _) => wasDone = wait.IsCompleted));
        _loader.OnCommitted([Batch(Topic("a", Id(1)))]);
        Assert.False(wait.IsCompleted);
        _loader.OnCommitted([Batch(Topic("b", Id(2)))]);
        Assert.True(await wait);
        Assert.False(wasDone);
        Assert.True(_loader.WaitUntilAppliedAsync(0).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waits_end_in_vain_when_the_log_cannot_be_followed()
    {
        Task<bool> wait = _loader.WaitUntilAppliedAsync(1).AsTask();
        _loader.OnFatal(new IOException());
        Assert.False(await wait);
        Assert.False(await _loader.WaitUntilAppliedAsync(5));
        Assert.Equal(["fatal"], _published);
    }

    private static MetadataRecord Begin() => Of(new BeginTransactionRecord { Name = "test" });

    private CommittedBatch Batch(params MetadataRecord[] records)
    {
        var batch = new CommittedBatch(_nextOffset, _nextOffset + records.Length - 1, 1, 5, 100, records);
        _nextOffset += records.Length;
        return batch;
    }

    private sealed class Relay(Action<MetadataDelta, MetadataImage> action) : IMetadataPublisher
    {
        public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image) => action(delta, image);
    }
}
