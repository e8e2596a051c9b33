namespace Compat.Replication.Quorum.Core;

/// <summary>A voter that stands for election in an epoch of its own making, and has given itself its vote.</summary>
internal sealed class CandidateState : NomineeState
{
    private const int LeastBackoffMs = 50;

    private long? _backoffUntilMs;

    public CandidateState(QuorumCore core, int epoch)
        : base(core, epoch, core.Self, isPreVote: false)
    {
    }

    /// <inheritdoc/>
    public override long? ElectionDeadlineToKeepMs => ElectionDeadlineMs;

    /// <inheritdoc/>
    protected override long EndMs => _backoffUntilMs ?? ElectionDeadlineMs;

    /// <inheritdoc/>
    public override bool Grants(VoteRequest request, bool isUpToDate) => request.IsPreVote && GrantsPreVote(hearsLeader: false, isUpToDate);

    protected override void OnWon() => Core.BecomeLeader(Election.Granting);

    /// <summary>Waits a random time, because the votes were probably divided between two who were equally fast.</summary>
    protected override void OnLost() =>
        _backoffUntilMs ??= Math.Min(ElectionDeadlineMs, NowMs + LeastBackoffMs + Core.RandomMs(Core.Options.ElectionBackoffMaxMs / 2));

    protected override void OnOver()
    {
        if (Core.IsVoter && !Core.IsShuttingDown)
        {
            Core.BecomeProspective();
        }
        else
        {
            Core.BecomeUnattached(Epoch, leaderId: -1);
        }
    }
}
