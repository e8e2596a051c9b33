using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using static Compat.Replication.Tests.Quorum.Core.CoreScript;

namespace Compat.Replication.Tests.Quorum.Core;

/// <summary>The rules one by one, each with a mutant that its test notices.</summary>
public sealed class QuorumRulesTests
{
    [Fact]
    public void A_vote_is_on_disk_before_it_is_given() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules);
            Assert.True(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(2, epoch: 5))).IsGranted);
            int persisted = IndexOf<PersistElection>(node, effect => effect.State is { LeaderEpoch: 5, VotedId: 2 });
            int answered = IndexOf<SendAnswer>(node, effect => effect.Answer is VoteAnswer { IsGranted: true });
            Assert.InRange(persisted, 0, answered - 1);
        },
        new ForgetsTheVote());

    [Fact]
    public void A_new_epoch_is_on_disk_before_anybody_is_told_of_it() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules);
            node.Pass(500);
            node.Answer(2, node.Vote(isGranted: true));
            int persisted = IndexOf<PersistElection>(node, effect => effect.State is { LeaderEpoch: 1, VotedId: 1 });
            int asked = IndexOf<SendRequest>(node, effect => effect.Request is VoteRequest { IsPreVote: false });
            Assert.InRange(persisted, 0, asked - 1);
        },
        new ForgetsTheEpoch());

    [Fact]
    public void A_restarted_node_keeps_its_vote()
    {
        var node = new CoreScript(new QuorumRules(), remembered: new QuorumState(-1, 5, 2, Key(2).DirectoryId));
        Assert.False(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(3, epoch: 5))).IsGranted);
        Assert.True(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(2, epoch: 5))).IsGranted);
    }

    [Fact]
    public void An_epoch_has_one_vote_of_a_node() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules);
            Assert.True(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(2, epoch: 5))).IsGranted);
            Assert.False(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(3, epoch: 5))).IsGranted);
        },
        new VotesTwice());

    [Fact]
    public void Nobody_votes_in_the_epoch_of_a_leader()
    {
        var node = new CoreScript(new QuorumRules());
        node.Begin(leader: 2, epoch: 5);
        Assert.False(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(3, epoch: 5))).IsGranted);
    }

    [Fact]
    public void A_candidate_that_lacks_records_gets_no_vote() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules, log: LogOf(1, 3));
            Assert.False(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(2, epoch: 5, new OffsetAndEpoch(9, 2)))).IsGranted);
            Assert.False(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(2, epoch: 6, new OffsetAndEpoch(1, 3)))).IsGranted);
            Assert.True(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(2, epoch: 7, new OffsetAndEpoch(2, 3)))).IsGranted);
        },
        new VotesForShorterLogs());

    [Fact]
    public void A_node_that_comes_back_disturbs_nobody_who_hears_a_leader() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules);
            node.Begin(leader: 2, epoch: 5);
            VoteAnswer answer = Assert.IsType<VoteAnswer>(node.Ask(VoteFor(3, epoch: 5) with { IsPreVote = true }));
            Assert.False(answer.IsGranted);
            Assert.Equal(new LeaderAndEpoch(2, 5), answer.Leader);
            Assert.Equal(5, node.Core.Epoch);
        },
        new PreVotesAgainstItsLeader());

    [Fact]
    public void A_PreVote_is_not_for_who_lacks_records() => Rule.Holds(
        rules => Assert.False(Assert.IsType<VoteAnswer>(
            new CoreScript(rules, log: LogOf(1, 3)).Ask(VoteFor(2, epoch: 3, new OffsetAndEpoch(1, 1)) with { IsPreVote = true })).IsGranted),
        new PreVotesForShorterLogs());

    [Fact]
    public void A_PreVote_binds_nobody()
    {
        var node = new CoreScript(new QuorumRules());
        node.Ask(VoteFor(2, epoch: 0) with { IsPreVote = true });
        Assert.True(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(3, epoch: 1))).IsGranted);
    }

    [Fact]
    public void More_than_half_elect() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules);
            node.Pass(5_000);
            Assert.False(node.Core.IsLeader);
            Assert.Equal(0, node.Core.Epoch);
        },
        new HalfIsEnough());

    [Fact]
    public void A_leader_that_restarts_in_its_own_epoch_resigns() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules, remembered: new QuorumState(1, 5, -1, Uuid.Zero), log: LogOf(5));
            Assert.False(node.Core.IsLeader);
            Assert.False(Assert.IsType<VoteAnswer>(node.Ask(VoteFor(2, epoch: 5 + 0, new OffsetAndEpoch(9, 4)))).IsGranted);
            Assert.Equal(5, node.LastTo<EndEpochRequest>(2).Epoch);
            node.Pass(3_000);
            Assert.True(node.Core.Epoch > 5);
        },
        new LeadsItsEpochAgain());

    [Fact]
    public void A_follower_acknowledges_only_what_is_on_its_disk() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules);
            node.Begin(leader: 2, epoch: 5);
            node.Answer(2, node.Fetched(leader: 2, highWatermark: -1, Batch(0, 5)));
            Assert.Equal(0, node.LastTo<FetchLogRequest>(2).Offset);
            node.Flush();
            Assert.Equal(1, node.LastTo<FetchLogRequest>(2).Offset);
        },
        new FetchesBeforeFlush());

    [Fact]
    public void The_leader_counts_its_own_log_only_as_far_as_it_is_on_disk() => Rule.Holds(
        rules =>
        {
            CoreScript leader = new CoreScript(rules).Elect();
            leader.Propose();
            leader.Ask(leader.FetchBy(2, offset: 2, lastEpoch: leader.Core.Epoch));
            Assert.Equal(0, leader.Core.HighWatermark);
            // The flush of the first record ends while the second is not on the disk yet.
            leader.Core.Flushed(new OffsetAndEpoch(1, leader.Core.Epoch), leader.Now);
            Assert.Equal(1, leader.Core.HighWatermark);
            leader.Flush();
            Assert.Equal(2, leader.Core.HighWatermark);
        },
        new LeaderCountsUnflushed());

    [Fact]
    public void A_flush_of_what_was_cut_meanwhile_says_nothing() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules);
            node.Begin(leader: 2, epoch: 5);
            node.Answer(2, node.Fetched(leader: 2, highWatermark: -1, Batch(0, 5), Batch(1, 5)));
            OffsetAndEpoch flushing = node.Core.Log.End;
            node.Core.Log.TruncateTo(1);
            node.Core.Log.Append(6, 2);
            node.Core.Flushed(flushing, node.Now);
            Assert.Equal(0, node.Core.Log.FlushedOffset);
        },
        new BelievesOldFlushes());

    [Fact]
    public void A_former_epochs_record_is_committed_only_with_one_of_this_epoch() => Rule.Holds(
        rules =>
        {
            CoreScript leader = new CoreScript(rules, log: LogOf(1, 1)).Elect();
            int epoch = leader.Core.Epoch;
            leader.Flush();
            leader.Ask(leader.FetchBy(2, offset: 2, lastEpoch: 1));
            Assert.Equal(0, leader.Core.HighWatermark);
            leader.Ask(leader.FetchBy(2, offset: 3, lastEpoch: epoch));
            Assert.Equal(3, leader.Core.HighWatermark);
        },
        new CommitsOldEpochs());

    [Fact]
    public void What_is_committed_is_never_cut() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules);
            node.Begin(leader: 2, epoch: 5);
            node.Answer(2, node.Fetched(leader: 2, highWatermark: 2, Batch(0, 5), Batch(1, 5)));
            node.Flush();
            Assert.Equal(2, node.Core.HighWatermark);
            FetchLogAnswer diverging = node.Fetched(leader: 2, highWatermark: 2) with { Diverging = new OffsetAndEpoch(1, 5) };
            Assert.Throws<MetadataException>(() => node.Answer(2, diverging));
        },
        new CutsCommitted());

    [Fact]
    public void What_is_not_committed_is_cut_where_the_leader_goes_on_otherwise()
    {
        var node = new CoreScript(new QuorumRules(), log: LogOf(1, 2, 3, 3));
        node.Begin(leader: 2, epoch: 5);
        Assert.Equal((4, 3), (node.LastTo<FetchLogRequest>(2).Offset, node.LastTo<FetchLogRequest>(2).LastFetchedEpoch));
        node.Answer(2, node.Fetched(leader: 2, highWatermark: -1) with { Diverging = new OffsetAndEpoch(2, 2) });
        Assert.Equal(2, Assert.Single(node.Effects.OfType<TruncateLog>()).Offset);
        Assert.Equal((2, 2), (node.LastTo<FetchLogRequest>(2).Offset, node.LastTo<FetchLogRequest>(2).LastFetchedEpoch));
    }

    [Fact]
    public void Only_a_snapshot_beyond_the_log_takes_its_place() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules, log: LogOf(3, 3, 3));
            node.Begin(leader: 2, epoch: 5);
            node.Answer(2, node.Fetched(leader: 2, highWatermark: -1) with { SnapshotId = new OffsetAndEpoch(2, 3) });
            node.Pass(100);
            Assert.DoesNotContain(node.Effects.OfType<SendRequest>(), send => send.Request is FetchSnapshotRequest);
        },
        new TakesOldSnapshots());

    [Fact]
    public void A_leader_that_does_not_hear_from_a_majority_steps_down() => Rule.Holds(
        rules =>
        {
            CoreScript leader = new CoreScript(rules).Elect();
            leader.Pass(2_900);
            Assert.True(leader.Core.IsLeader);
            leader.Ask(leader.FetchBy(3, offset: 0, lastEpoch: 0));
            leader.Pass(2_900);
            Assert.True(leader.Core.IsLeader);
            leader.Pass(200);
            Assert.False(leader.Core.IsLeader);
        },
        new NeverStepsDown());

    [Fact]
    public void A_leader_that_was_not_heard_is_not_handed_on() => Rule.Holds(
        rules =>
        {
            var node = new CoreScript(rules, remembered: new QuorumState(2, 5, -1, Uuid.Zero));
            FetchLogAnswer before = Assert.IsType<FetchLogAnswer>(node.Ask(node.FetchBy(3, 0, 0)));
            Assert.Equal((ErrorCode.NotLeaderOrFollower, -1), (before.Error, before.Leader.LeaderId));
            node.Answer(2, node.Fetched(leader: 2, highWatermark: -1));
            FetchLogAnswer heard = Assert.IsType<FetchLogAnswer>(node.Ask(node.FetchBy(3, 0, 0)));
            Assert.Equal((2, "node2"), (heard.Leader.LeaderId, heard.LeaderEndpoint?.Host));
        },
        new HandsRumoursOn());

    private static VoteRequest VoteFor(int candidate, int epoch, OffsetAndEpoch? logEnd = null) =>
        new(epoch, Key(candidate), Key(1), logEnd ?? new OffsetAndEpoch(0, 0), IsPreVote: false);

    private static int IndexOf<TEffect>(CoreScript node, Predicate<TEffect> wanted)
        where TEffect : QuorumEffect => node.Effects.ToList().FindIndex(effect => effect is TEffect found && wanted(found));
}
