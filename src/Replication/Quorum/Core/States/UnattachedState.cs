namespace Compat.Replication.Quorum.Core;

/// <summary>
/// The node knows no leader to follow: it asks around, votes, and as a voter stands for election itself when it has
/// waited in vain.
/// </summary>
internal sealed class UnattachedState : EpochState
{
    private readonly long _electionDeadlineMs;

    public UnattachedState(QuorumCore core, int epoch, int leaderId, ReplicaKey votedFor, long electionDeadlineMs)
        : base(core, epoch, votedFor)
    {
        LeaderId = leaderId;
        _electionDeadlineMs = electionDeadlineMs;
    }

    /// <inheritdoc/>
    public override int LeaderId { get; }

    /// <inheritdoc/>
    public override long? ElectionDeadlineToKeepMs => _electionDeadlineMs;

    /// <inheritdoc/>
    public override long DeadlineMs => StandsForElection ? Math.Min(_electionDeadlineMs, AnybodyReadyMs()) : AnybodyReadyMs();

    private bool StandsForElection => Core.IsVoter && !Core.IsShuttingDown;

    /// <inheritdoc/>
    public override bool Grants(VoteRequest request, bool isUpToDate) => GrantsAsFreeVoter(request, isUpToDate);

    /// <summary>Voting puts the own candidacy off: the other one has at least as good a chance.</summary>
    public override EpochState WithVote(ReplicaKey candidate) =>
        new UnattachedState(Core, Epoch, LeaderId, candidate, Core.ElectionDeadlineMs());

    /// <inheritdoc/>
    public override void Poll()
    {
        if (StandsForElection && (Core.IsOnlyVoter || NowMs >= _electionDeadlineMs))
        {
            Core.BecomeProspective();
            return;
        }
        FetchFromAnybody();
    }
}
