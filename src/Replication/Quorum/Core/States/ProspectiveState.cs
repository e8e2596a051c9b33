namespace Compat.Replication.Quorum.Core;

/// <summary>
/// A voter that asks whether it would be elected (PreVote, KIP-996) before it raises the epoch. So a node that was cut off
/// or has restarted disturbs nobody who hears a leader.
/// </summary>
internal sealed class ProspectiveState : NomineeState
{
    public ProspectiveState(QuorumCore core, EpochState before)
        : this(core, before.Epoch, before.LeaderId, before.LeaderNode, before.VotedFor)
    {
    }

    private ProspectiveState(QuorumCore core, int epoch, int leaderId, QuorumNode? leaderNode, ReplicaKey votedFor)
        : base(core, epoch, votedFor, isPreVote: true)
    {
        LeaderId = leaderId;
        LeaderNode = leaderNode;
    }

    /// <inheritdoc/>
    public override int LeaderId { get; }

    /// <inheritdoc/>
    public override QuorumNode? LeaderNode { get; }

    /// <inheritdoc/>
    public override long? ElectionDeadlineToKeepMs => Election.IsLost ? null : ElectionDeadlineMs;

    /// <inheritdoc/>
    public override bool Grants(VoteRequest request, bool isUpToDate) => GrantsAsFreeVoter(request, isUpToDate);

    /// <inheritdoc/>
    public override EpochState WithVote(ReplicaKey candidate) => new ProspectiveState(Core, Epoch, LeaderId, LeaderNode, candidate);

    /// <summary>A voter that does not know PreVote makes it impossible.</summary>
    public override void OnFailure(int nodeId, RequestFailure failure)
    {
        if (failure == RequestFailure.Unsupported)
        {
            Core.BecomeCandidate();
        }
    }

    protected override void OnWon() => Core.BecomeCandidate();

    protected override void OnLost() => OnOver();

    /// <summary>Back to the leader, which others may hear, or to nobody.</summary>
    protected override void OnOver()
    {
        if (LeaderId != Core.Self.Id && LeaderNode is { } leader)
        {
            Core.BecomeFollower(Epoch, leader);
        }
        else
        {
            Core.BecomeUnattached(Epoch, LeaderId);
        }
    }
}
