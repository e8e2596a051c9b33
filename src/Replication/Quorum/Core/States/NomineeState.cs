namespace Compat.Replication.Quorum.Core;

/// <summary>A voter that asks the others for their votes.</summary>
internal abstract class NomineeState : EpochState
{
    private readonly bool _isPreVote;

    protected NomineeState(QuorumCore core, int epoch, ReplicaKey votedFor, bool isPreVote)
        : base(core, epoch, votedFor)
    {
        _isPreVote = isPreVote;
        Election = new Election(core.Voters.Voters.Select(voter => voter.NodeId), core.Self.Id, core.Rules);
        ElectionDeadlineMs = core.ElectionDeadlineMs();
    }

    /// <inheritdoc/>
    public override long DeadlineMs
    {
        get
        {
            long deadlineMs = EndMs;
            if (!Election.IsLost)
            {
                foreach (int voter in Election.Missing)
                {
                    deadlineMs = Math.Min(deadlineMs, Math.Max(Core.Requests.BusyUntilMs(voter), NowMs + 1));
                }
            }
            return deadlineMs;
        }
    }

    protected Election Election { get; }

    protected long ElectionDeadlineMs { get; }

    /// <summary>When the election is over, won or not.</summary>
    protected virtual long EndMs => ElectionDeadlineMs;

    /// <inheritdoc/>
    public sealed override void Poll()
    {
        if (Election.IsWon)
        {
            OnWon();
        }
        else if (NowMs >= EndMs || !Core.IsVoter)
        {
            OnOver();
        }
        else if (!Election.IsLost)
        {
            AskMissing();
        }
    }

    /// <inheritdoc/>
    public override bool OnAnswer(int from, QuorumAnswer answer)
    {
        if (answer is not VoteAnswer vote)
        {
            return false;
        }
        Election.Record(from, vote.IsGranted);
        if (Election.IsLost)
        {
            OnLost();
        }
        return true;
    }

    /// <summary>Goes on: from a PreVote to a vote, from a vote to the leadership.</summary>
    protected abstract void OnWon();

    /// <summary>A majority has refused.</summary>
    protected abstract void OnLost();

    /// <summary>There were no majorities in time.</summary>
    protected abstract void OnOver();

    private void AskMissing()
    {
        foreach (int id in Election.Missing)
        {
            if (Core.NodeOf(id) is { } node)
            {
                var voter = new ReplicaKey(id, Core.Voters.Find(id)!.DirectoryId);
                Core.MaybeSend(node, () => new VoteRequest(Epoch, Core.Self, voter, Core.Log.End, _isPreVote));
            }
        }
    }
}
