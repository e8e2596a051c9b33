using Compat.Replication.Quorum;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using static Compat.Replication.Tests.Quorum.Core.CoreScript;

namespace Compat.Replication.Tests.Quorum.Core;

/// <summary>What a node does in each state, beyond the rules.</summary>
public sealed class QuorumStatesTests
{
    private static QuorumRules Rules => new();

    [Fact]
    public void An_only_voter_leads_at_once_and_commits_what_it_flushes()
    {
        var node = new CoreScript(Rules, voters: 1);
        Assert.True(node.Core.IsLeader);
        Assert.Equal(1, node.Core.Epoch);
        Assert.Equal(new QuorumState(1, 1, -1, Uuid.Zero), Assert.Single(node.Effects.OfType<PersistElection>()).State);
        Assert.Equal(0, node.Core.HighWatermark);
        node.Flush();
        Assert.Equal(1, node.Core.HighWatermark);
    }

    [Fact]
    public void An_only_voter_that_resigns_leads_the_next_epoch()
    {
        var node = new CoreScript(Rules, voters: 1);
        node.Do(core => core.Resign(1, node.Now));
        Assert.True(node.Core.IsLeader);
        Assert.Equal(2, node.Core.Epoch);
    }

    [Fact]
    public void A_start_asks_for_PreVotes_soon_and_raises_no_epoch()
    {
        var node = new CoreScript(Rules);
        node.Pass(150);
        Assert.True(node.LastTo<VoteRequest>(2).IsPreVote);
        Assert.Equal(0, node.Core.Epoch);
    }

    [Fact]
    public void A_majority_of_votes_makes_a_leader_that_tells_the_others()
    {
        CoreScript leader = new CoreScript(Rules).Elect();
        Assert.Equal((1, 1), (leader.LastTo<BeginEpochRequest>(3).LeaderId, leader.LastTo<BeginEpochRequest>(3).Epoch));
        Assert.Equal(1, leader.Core.Log.EndOffset);
        Assert.Single(leader.Effects.OfType<AppendToLog>());
        Assert.Equal(new ChangeLeader(new LeaderAndEpoch(1, 1), 0), leader.Effects.OfType<ChangeLeader>().Last());
    }

    [Fact]
    public void A_lost_election_is_tried_again_after_a_random_pause()
    {
        var node = new CoreScript(Rules);
        node.Pass(150);
        node.Answer(2, node.Vote(isGranted: true));
        Assert.IsType<CandidateState>(node.Core.State);
        node.Answer(2, node.Vote(isGranted: false));
        node.Answer(3, node.Vote(isGranted: false));
        Assert.IsType<CandidateState>(node.Core.State);
        node.Pass(600);
        Assert.IsType<ProspectiveState>(node.Core.State);
    }

    [Fact]
    public void A_voter_that_does_not_know_PreVote_is_asked_for_a_vote()
    {
        var node = new CoreScript(Rules);
        node.Pass(150);
        node.Fail(2, RequestFailure.Unsupported);
        Assert.False(node.LastTo<VoteRequest>(2).IsPreVote);
    }

    [Fact]
    public void A_broken_connection_to_the_leader_tells_sooner_than_a_timeout()
    {
        var node = new CoreScript(Rules);
        node.Begin(leader: 2, epoch: 5);
        node.Fail(2, RequestFailure.Broken);
        node.Pass(150);
        Assert.True(node.LastTo<VoteRequest>(3).IsPreVote);
        node.Answer(3, new VoteAnswer(ErrorCode.None, new LeaderAndEpoch(2, 5), null, IsGranted: false));
        node.Answer(2, new VoteAnswer(ErrorCode.None, new LeaderAndEpoch(2, 5), null, IsGranted: false));
        Assert.IsType<FollowerState>(node.Core.State);
        Assert.Equal(5, node.Core.Epoch);
    }

    [Fact]
    public void The_best_successor_of_a_leader_that_resigns_stands_for_election_at_once()
    {
        var first = new CoreScript(Rules);
        first.Begin(leader: 2, epoch: 5);
        first.Ask(new EndEpochRequest(5, 2, [Key(1), Key(3)], []));
        Assert.IsType<ProspectiveState>(first.Core.State);
        var second = new CoreScript(Rules);
        second.Begin(leader: 2, epoch: 5);
        second.Ask(new EndEpochRequest(5, 2, [Key(3), Key(1)], []));
        Assert.IsType<FollowerState>(second.Core.State);
        Assert.True(Assert.IsType<VoteAnswer>(second.Ask(new VoteRequest(5, Key(3), Key(1), new OffsetAndEpoch(0, 0), IsPreVote: true))).IsGranted);
        second.Pass(600);
        Assert.IsType<ProspectiveState>(second.Core.State);
    }

    [Fact]
    public void A_leader_that_shuts_down_is_done_when_the_others_know()
    {
        CoreScript leader = new CoreScript(Rules).Elect();
        leader.Ask(leader.FetchBy(3, offset: 1, lastEpoch: 1));
        leader.Do(core => core.ShutDown(leader.Now));
        Assert.False(leader.Core.IsShutDown);
        Assert.Equal(3, leader.LastTo<EndEpochRequest>(2).Successors[0].Id);
        leader.Answer(2, new EndEpochAnswer(ErrorCode.None, new LeaderAndEpoch(-1, 1), null));
        leader.Answer(3, new EndEpochAnswer(ErrorCode.None, new LeaderAndEpoch(-1, 1), null));
        Assert.True(leader.Core.IsShutDown);
        leader.Pass(10_000);
        Assert.Equal(1, leader.Core.Epoch);
    }

    [Fact]
    public void A_fetch_that_finds_nothing_new_waits_for_a_record_or_a_commit()
    {
        CoreScript leader = new CoreScript(Rules).Elect();
        leader.Flush();
        Assert.Null(leader.Ask(leader.FetchBy(2, offset: 1, lastEpoch: 1, highWatermark: 1)));
        Assert.Equal(1, leader.Core.HighWatermark);
        long first = leader.LastToken;
        leader.Propose();
        Assert.Equal(1, Assert.IsType<FetchLogAnswer>(leader.AnswerTo(first)).ReadFrom);
        leader.Flush();
        Assert.Equal(2, Assert.IsType<FetchLogAnswer>(leader.Ask(leader.FetchBy(2, offset: 2, lastEpoch: 1, highWatermark: 1))).HighWatermark);
    }

    [Fact]
    public void A_fetch_that_waits_is_answered_in_time_and_when_the_leader_resigns()
    {
        CoreScript leader = new CoreScript(Rules).Elect();
        leader.Flush();
        leader.Ask(leader.FetchBy(2, offset: 1, lastEpoch: 1, highWatermark: 1));
        long first = leader.LastToken;
        leader.Pass(600);
        Assert.Equal(ErrorCode.None, leader.AnswerTo(first)!.Error);
        Assert.Null(leader.Ask(leader.FetchBy(2, offset: 1, lastEpoch: 1, highWatermark: 1)));
        leader.Do(core => core.Resign(1, leader.Now));
        leader.Pass(1);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, leader.AnswerTo(leader.LastToken)!.Error);
    }

    [Theory]
    [InlineData(0, ErrorCode.FencedLeaderEpoch)]
    [InlineData(2, ErrorCode.UnknownLeaderEpoch)]
    public void A_fetch_of_another_epoch_is_refused(int epoch, ErrorCode error)
    {
        CoreScript leader = new CoreScript(Rules).Elect();
        FetchLogAnswer answer = Assert.IsType<FetchLogAnswer>(leader.Ask(leader.FetchBy(2, 0, 0) with { Epoch = epoch }));
        Assert.Equal((error, new LeaderAndEpoch(1, 1)), (answer.Error, answer.Leader));
    }

    [Fact]
    public void A_follower_with_another_log_is_told_where_its_epoch_ends()
    {
        CoreScript leader = new CoreScript(Rules, log: LogOf(1, 1, 3)).Elect();
        FetchLogAnswer answer = Assert.IsType<FetchLogAnswer>(leader.Ask(leader.FetchBy(2, offset: 5, lastEpoch: 2)));
        Assert.Equal(new OffsetAndEpoch(2, 1), answer.Diverging);
    }

    [Fact]
    public void A_follower_from_before_the_log_fetches_the_snapshot_by_pieces()
    {
        var node = new CoreScript(Rules);
        node.Begin(leader: 2, epoch: 5);
        var id = new OffsetAndEpoch(100, 4);
        node.Answer(2, node.Fetched(leader: 2, highWatermark: -1) with { SnapshotId = id });
        Assert.Equal((id, 0L), (node.LastTo<FetchSnapshotRequest>(2).SnapshotId, node.LastTo<FetchSnapshotRequest>(2).Position));
        node.Answer(2, Piece(id, position: 0, "abc"));
        Assert.Equal(3, node.LastTo<FetchSnapshotRequest>(2).Position);
        node.Fail(2, RequestFailure.TimedOut);
        node.Pass(50);
        Assert.Equal(3, node.LastTo<FetchSnapshotRequest>(2).Position);
        node.Answer(2, Piece(id, position: 3, "de"));
        Assert.True(node.Effects.OfType<StoreSnapshotPiece>().Last().IsLast);
        node.Do(core => core.SnapshotInstalled(id, node.Voters, node.Now));
        node.Pass(1);
        Assert.Equal((100L, 4), (node.LastTo<FetchLogRequest>(2).Offset, node.LastTo<FetchLogRequest>(2).LastFetchedEpoch));
        Assert.Equal(100, node.Core.HighWatermark);
    }

    [Fact]
    public void A_snapshot_that_the_leader_has_no_more_is_asked_for_by_a_fetch()
    {
        var node = new CoreScript(Rules);
        node.Begin(leader: 2, epoch: 5);
        node.Answer(2, node.Fetched(leader: 2, highWatermark: -1) with { SnapshotId = new OffsetAndEpoch(100, 4) });
        node.Answer(2, Piece(new OffsetAndEpoch(100, 4), 0, "") with { Error = ErrorCode.SnapshotNotFound });
        Assert.IsType<FetchLogRequest>(node.LastTo(2)!.Request);
    }

    [Fact]
    public void An_observer_finds_the_leader_by_asking_around_and_never_votes_for_itself()
    {
        var node = new CoreScript(Rules, self: 9, isVoter: false);
        SendRequest asked = node.Effects.OfType<SendRequest>().Last();
        Assert.IsType<FetchLogRequest>(asked.Request);
        node.Answer(asked.To.Id, new FetchLogAnswer(
            ErrorCode.FencedLeaderEpoch, new LeaderAndEpoch(3, 5), new QuorumNode(3, "node3", 9093)));
        Assert.IsType<FollowerState>(node.Core.State);
        node.Answer(3, node.Fetched(leader: 3, highWatermark: 1, Batch(0, 5)));
        Assert.Equal(1, node.Core.HighWatermark);
        Assert.Equal(1, node.LastTo<FetchLogRequest>(3).Offset);
        node.Pass(20_000);
        Assert.IsType<FollowerState>(node.Core.State);
    }

    [Fact]
    public void What_does_not_continue_the_log_is_not_appended()
    {
        var node = new CoreScript(Rules);
        node.Begin(leader: 2, epoch: 5);
        byte[] damaged = Batch(0, 5);
        damaged[^1] ^= 1;
        foreach (byte[] batch in new[] { Batch(1, 5), Batch(0, 6), damaged })
        {
            node.Answer(2, node.Fetched(leader: 2, highWatermark: 9, batch));
            node.Pass(50);
        }
        Assert.Empty(node.Effects.OfType<AppendToLog>());
        Assert.Equal(0, node.Core.HighWatermark);
    }

    [Fact]
    public void Two_leaders_of_an_epoch_are_not_believed()
    {
        var node = new CoreScript(Rules);
        node.Begin(leader: 2, epoch: 5);
        Assert.Equal(ErrorCode.InvalidRequest, node.Begin(leader: 3, epoch: 5)!.Error);
        Assert.Equal(2, node.Core.Leader.LeaderId);
    }

    private static FetchSnapshotAnswer Piece(OffsetAndEpoch id, long position, string text) => new(
        ErrorCode.None, new LeaderAndEpoch(2, 5), null, id, Size: 5, Position: position, Bytes: System.Text.Encoding.ASCII.GetBytes(text));
}
