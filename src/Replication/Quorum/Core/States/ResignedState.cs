using System.Collections.Immutable;

namespace Compat.Replication.Quorum.Core;

/// <summary>
/// The node led this epoch and does not any more: it tells the others, names no leader and gives no vote in it. When they
/// had time for an election it looks for the leader of a later epoch.
/// </summary>
internal sealed class ResignedState : EpochState
{
    private readonly ImmutableArray<ReplicaKey> _successors;
    private readonly HashSet<int> _untold;
    private readonly long _electionDeadlineMs;

    public ResignedState(QuorumCore core, int epoch, ImmutableArray<ReplicaKey> successors)
        : base(core, epoch, ReplicaKey.None)
    {
        _successors = successors;
        _untold = [.. core.Voters.Voters.Select(voter => voter.NodeId).Where(id => id != core.Self.Id)];
        _electionDeadlineMs = core.ElectionDeadlineMs();
    }

    /// <summary>True when every other voter knows.</summary>
    public bool IsEverybodyTold => _untold.Count == 0;

    /// <inheritdoc/>
    public override int LeaderId => Core.Self.Id;

    /// <inheritdoc/>
    public override int ToldLeaderId => -1;

    /// <inheritdoc/>
    public override long? ElectionDeadlineToKeepMs => _electionDeadlineMs;

    /// <inheritdoc/>
    public override long DeadlineMs
    {
        get
        {
            long deadlineMs = Core.IsShuttingDown ? long.MaxValue : _electionDeadlineMs;
            foreach (int voter in _untold)
            {
                deadlineMs = Math.Min(deadlineMs, Math.Max(Core.Requests.BusyUntilMs(voter), NowMs + 1));
            }
            return deadlineMs;
        }
    }

    /// <inheritdoc/>
    public override bool Grants(VoteRequest request, bool isUpToDate) => request.IsPreVote && GrantsPreVote(hearsLeader: false, isUpToDate);

    /// <inheritdoc/>
    public override bool OnAnswer(int from, QuorumAnswer answer) => answer is EndEpochAnswer && _untold.Remove(from);

    /// <inheritdoc/>
    public override void Poll()
    {
        if (Core.IsOnlyVoter && !Core.IsShuttingDown)
        {
            Core.BecomeProspective();
        }
        else if (!Core.IsShuttingDown && NowMs >= _electionDeadlineMs)
        {
            // A later epoch, because in this one it could only follow itself.
            Core.BecomeUnattached(Epoch + 1, leaderId: -1);
        }
        else
        {
            TellOthers();
        }
    }

    private void TellOthers()
    {
        foreach (int voter in _untold)
        {
            if (Core.NodeOf(voter) is { } node)
            {
                Core.MaybeSend(node, () => new EndEpochRequest(Epoch, Core.Self.Id, _successors, Core.Options.Endpoints));
            }
        }
    }
}
