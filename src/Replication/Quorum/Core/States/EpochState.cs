namespace Compat.Replication.Quorum.Core;

/// <summary>What a node is in an epoch, and what it does and answers as that.</summary>
internal abstract class EpochState
{
    protected EpochState(QuorumCore core, int epoch, ReplicaKey votedFor)
    {
        Core = core;
        Epoch = epoch;
        VotedFor = votedFor;
    }

    /// <summary>The epoch.</summary>
    public int Epoch { get; }

    /// <summary>Whom this node has voted for in the epoch.</summary>
    public ReplicaKey VotedFor { get; }

    /// <summary>The leader of the epoch, alive or not, -1 while it is not known. Who knows it votes for nobody else.</summary>
    public virtual int LeaderId => -1;

    /// <summary>Where that leader is reached, if known.</summary>
    public virtual QuorumNode? LeaderNode => null;

    /// <summary>The leader that answers name: only one that was heard of recently, else -1.</summary>
    public virtual int NamedLeaderId => -1;

    /// <summary>The leader that this node's own parts are told of.</summary>
    public virtual int ToldLeaderId => LeaderId;

    /// <summary>What must outlive a crash.</summary>
    public QuorumState Remembered => new(LeaderId, Epoch, VotedFor.Id, VotedFor.DirectoryId);

    /// <summary>When <see cref="Poll"/> is due; <see cref="long.MaxValue"/> for never.</summary>
    public abstract long DeadlineMs { get; }

    /// <summary>When the next election is due, if that holds on in another epoch too; null for a fresh timeout.</summary>
    public virtual long? ElectionDeadlineToKeepMs => null;

    protected QuorumCore Core { get; }

    protected long NowMs => Core.NowMs;

    /// <summary>Whether a vote in this epoch, or a PreVote, is granted.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isUpToDate">Whether the candidate has all of this node's log.</param>
    public abstract bool Grants(VoteRequest request, bool isUpToDate);

    /// <summary>The same state with the vote given.</summary>
    public virtual EpochState WithVote(ReplicaKey candidate) => throw new InvalidOperationException($"{GetType().Name} gives no vote.");

    /// <summary>Speaks for the first time.</summary>
    public virtual void Enter()
    {
    }

    /// <summary>Ends what is open; the next state is in force already.</summary>
    public virtual void Leave()
    {
    }

    /// <summary>Does what is due.</summary>
    public abstract void Poll();

    /// <summary>An answer without error, of this epoch. True if it was worth something.</summary>
    public virtual bool OnAnswer(int from, QuorumAnswer answer) => false;

    /// <summary>A node did not answer.</summary>
    public virtual void OnFailure(int nodeId, RequestFailure failure)
    {
    }

    protected bool GrantsPreVote(bool hearsLeader, bool isUpToDate) => Core.Rules.MayPreVote(hearsLeader, isUpToDate);

    /// <summary>How a node votes that follows nobody. Who repeats the request gets the same answer.</summary>
    protected bool GrantsAsFreeVoter(VoteRequest request, bool isUpToDate) => request.IsPreVote
        ? GrantsPreVote(hearsLeader: false, isUpToDate)
        : Core.Rules.MayVote(VotedFor, LeaderId, request.Candidate, isUpToDate);

    /// <summary>Asks one of the known addresses for the log, and thereby for the leader.</summary>
    protected void FetchFromAnybody()
    {
        QuorumNode[] ready = [.. Others.Where(node => Core.Requests.IsReady(node.Id, NowMs))];
        if (ready.Length > 0 && !Others.Any(node => Core.Requests.IsUnderWay(node.Id, NowMs)))
        {
            // Nobody who does not lead waits with the answer.
            Core.MaybeSend(ready[Core.RandomMs(ready.Length)], () => Core.NextFetch(Core.Options.FetchMaxWaitMs), Core.Options.FetchMaxWaitMs);
        }
    }

    /// <summary>When <see cref="FetchFromAnybody"/> can ask again.</summary>
    protected long AnybodyReadyMs()
    {
        long readyMs = long.MaxValue;
        foreach (QuorumNode node in Others)
        {
            long busyUntilMs = Math.Max(Core.Requests.BusyUntilMs(node.Id), NowMs + 1);
            if (Core.Requests.IsUnderWay(node.Id, NowMs))
            {
                return busyUntilMs;
            }
            readyMs = Math.Min(readyMs, busyUntilMs);
        }
        return readyMs;
    }

    private IEnumerable<QuorumNode> Others => Core.Options.Bootstrap.Where(node => node.Id != Core.Self.Id);
}
