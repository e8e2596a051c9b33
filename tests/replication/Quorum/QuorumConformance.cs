using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Quorum;

/// <summary>What every form of the metadata quorum does.</summary>
public abstract class QuorumConformance : IAsyncLifetime
{
    private readonly QuorumFixture _fixture;

    protected QuorumConformance(QuorumFixture fixture) => _fixture = fixture;

    private IMetadataQuorum Quorum => _fixture.Quorum;

    public ValueTask InitializeAsync()
    {
        _fixture.Start();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _fixture.DisposeAsync();
        Assert.Empty(_fixture.Listener.Violations);
    }

    [Fact]
    public void The_only_voter_leads_when_start_returns()
    {
        Assert.Equal(new LeaderAndEpoch(1, 1), Quorum.Leader);
        Assert.Equal("leader 1 epoch 1", _fixture.Listener.Events[^1]);
        Assert.NotEmpty(Quorum.BootstrapRecords);
    }

    [Fact]
    public async Task What_is_appended_gets_offsets_at_once_and_is_committed_in_order()
    {
        Proposal first = Append("a", "b");
        Proposal second = Append("c");
        Assert.Equal(first.LastOffset + 1, second.LastOffset);
        Assert.Equal(ProposalOutcome.Committed, await Quorum.WaitAsync(second));
        Assert.Equal(ProposalOutcome.Committed, await Quorum.WaitAsync(first));
        Assert.True(Quorum.HighWatermark > second.LastOffset);
        await TopicsAre("a", "b", "c");
    }

    [Fact]
    public async Task An_append_of_another_epoch_is_refused_and_leaves_nothing()
    {
        Proposal old = Quorum.Append(0, [Topic("old", Id(1))]);
        Proposal future = Quorum.Append(2, [Topic("future", Id(2))]);
        Assert.Equal((ProposalStatus.NotLeader, ProposalStatus.NotLeader), (old.Status, future.Status));
        Assert.Equal(ProposalOutcome.NotLeader, await Quorum.WaitAsync(old));
        await Committed(Append("a"));
        await TopicsAre("a");
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_refused_and_leaves_nothing()
    {
        MetadataRecord large = Of(new ConfigRecord { ResourceType = 2, ResourceName = "t", Name = "n", Value = new string('x', 30_000) });
        Assert.Equal(ProposalStatus.TooLarge, Quorum.Append(1, [.. Enumerable.Repeat(large, 300)]).Status);
        await Committed(Append("a"));
        await TopicsAre("a");
    }

    [Fact]
    public async Task Nobody_is_told_of_a_commit_before_it_is_one()
    {
        _fixture.HoldCommits();
        Proposal proposal = Append("a");
        ValueTask<ProposalOutcome> wait = Quorum.WaitAsync(proposal);
        Assert.False(wait.IsCompleted);
        Assert.True(Quorum.HighWatermark <= proposal.LastOffset);
        Assert.Empty(_fixture.Listener.Topics);
        _fixture.ReleaseCommits();
        Assert.Equal(ProposalOutcome.Committed, await wait);
        await TopicsAre("a");
    }

    [Fact]
    public async Task A_wait_can_be_given_up()
    {
        _fixture.HoldCommits();
        using var cancellation = new CancellationTokenSource();
        Task<ProposalOutcome> wait = Quorum.WaitAsync(Append("a"), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        _fixture.ReleaseCommits();
        await TopicsAre("a");
    }

    [Fact]
    public async Task A_restart_replays_everything_in_a_new_epoch()
    {
        await Committed(Append("a"));
        await Committed(Append("b"));
        await _fixture.RestartAsync();
        Assert.Equal(["a", "b"], _fixture.Listener.Topics);
        Assert.Equal(new LeaderAndEpoch(1, 2), Quorum.Leader);
        Assert.Equal("leader 1 epoch 2", _fixture.Listener.Events[^1]);
        Assert.Equal(ProposalStatus.NotLeader, Quorum.Append(1, [Topic("x", Id(9))]).Status);
        await Committed(Append("c"));
        await TopicsAre("a", "b", "c");
    }

    [Fact]
    public async Task A_crash_keeps_what_was_committed_and_only_that()
    {
        await Committed(Append("a"));
        _fixture.HoldCommits();
        Proposal lost = Append("lost");
        Task<ProposalOutcome> wait = Quorum.WaitAsync(lost).AsTask();
        await _fixture.CrashAsync();
        Assert.Equal(ProposalOutcome.OutcomeUnknown, await wait);
        Assert.Equal(["a"], _fixture.Listener.Topics);
        Proposal next = Append("b");
        Assert.True(next.Epoch > lost.Epoch);
        await Committed(next);
        await TopicsAre("a", "b");
    }

    [Fact]
    public async Task A_snapshot_takes_the_place_of_the_log_before_it()
    {
        await Committed(Append("a"));
        Proposal last = Append("b");
        await Committed(last);
        var id = new OffsetAndEpoch(last.LastOffset + 1, last.Epoch);
        using (IMetadataSnapshotWriter? writer = Quorum.CreateSnapshot(id, 5_000))
        {
            writer!.Append([Topic("a", Id(1)), Topic("b", Id(2))]);
            writer.Freeze();
        }
        await Committed(Append("c"));

        Assert.Equal(id, Quorum.LatestSnapshot);
        Assert.Null(Quorum.CreateSnapshot(id, 5_000));
        await _fixture.RestartAsync();
        Assert.Equal($"snapshot {id}", _fixture.Listener.Events[0]);
        Assert.Equal(["a", "b", "c"], _fixture.Listener.Topics);
    }

    [Fact]
    public async Task An_unfinished_snapshot_leaves_nothing()
    {
        Proposal last = Append("a");
        await Committed(last);
        using (IMetadataSnapshotWriter? writer = Quorum.CreateSnapshot(new OffsetAndEpoch(last.LastOffset + 1, 1), 5_000))
        {
            writer!.Append([Topic("a", Id(1))]);
        }
        Assert.Null(Quorum.LatestSnapshot);
        await _fixture.RestartAsync();
        Assert.DoesNotContain(_fixture.Listener.Events, e => e.StartsWith("snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public void A_snapshot_cannot_pass_what_is_committed() =>
        Assert.Throws<ArgumentException>(() => Quorum.CreateSnapshot(new OffsetAndEpoch(Quorum.HighWatermark + 1, 1), 0));

    [Fact]
    public async Task A_leader_that_resigns_begins_anew_and_what_it_appended_is_not_doubled()
    {
        Proposal before = Append("a");
        Quorum.Resign(1);
        Assert.Equal(ProposalOutcome.Committed, await Quorum.WaitAsync(before));
        Assert.Equal(ProposalStatus.NotLeader, Quorum.Append(1, [Topic("x", Id(9))]).Status);
        await Eventually.True(() => Quorum.Leader.Epoch == 2 && Quorum.Leader.IsLeader(1), "the next epoch");
        await Committed(Append("b"));
        await TopicsAre("a", "b");
        Assert.Contains("leader -1 epoch 2", _fixture.Listener.Events);
        Assert.Contains("leader 1 epoch 2", _fixture.Listener.Events);
        Quorum.Resign(1);
        Assert.Equal(2, Quorum.Leader.Epoch);
    }

    [Fact]
    public async Task A_leader_can_say_up_to_where_a_reader_has_to_see_the_log()
    {
        Proposal proposal = Append("a");
        await Committed(proposal);
        Assert.True(await Quorum.ReadBarrierAsync() > proposal.LastOffset);
    }

    [Fact]
    public async Task A_failing_device_acknowledges_nothing_and_is_fatal()
    {
        _fixture.HoldCommits();
        Proposal proposal = Append("a");
        Task<ProposalOutcome> wait = Quorum.WaitAsync(proposal).AsTask();
        _fixture.FailDevice();
        Assert.Equal(ProposalOutcome.OutcomeUnknown, await wait);
        await Eventually.True(() => _fixture.Listener.Fatal is IOException, "the fatal error");
        Assert.Equal(ProposalStatus.NotLeader, Quorum.Append(1, [Topic("b", Id(2))]).Status);
        Assert.Empty(_fixture.Listener.Topics);
    }

    [Fact]
    public async Task A_listener_that_fails_is_fatal()
    {
        _fixture.Listener.OnBatch = _ => throw new MetadataException("contradiction");
        Append("a");
        await Eventually.True(() => _fixture.Listener.Fatal is MetadataException, "the fatal error");
        Assert.Equal(ProposalStatus.NotLeader, Quorum.Append(1, [Topic("b", Id(2))]).Status);
    }

    [Fact]
    public async Task Nothing_is_appended_after_the_end()
    {
        await Quorum.DisposeAsync();
        Assert.Equal(ProposalStatus.NotLeader, Quorum.Append(1, [Topic("b", Id(2))]).Status);
    }

    private Proposal Append(params string[] topics) =>
        Quorum.Append(Quorum.Leader.Epoch, [.. topics.Select((topic, i) => Topic(topic, Id(i + 1)))]);

    private async Task Committed(Proposal proposal) =>
        Assert.Equal(ProposalOutcome.Committed, await Quorum.WaitAsync(proposal));

    private Task TopicsAre(params string[] topics) =>
        Eventually.True(() => _fixture.Listener.Topics.SequenceEqual(topics), string.Join(", ", topics));
}

public sealed class InMemoryQuorumConformance() : QuorumConformance(new InMemoryFixture());

public sealed class KRaftQuorumConformance() : QuorumConformance(new KRaftFixture());
