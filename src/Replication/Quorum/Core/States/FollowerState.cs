using System.Collections.Immutable;

namespace Compat.Replication.Quorum.Core;

/// <summary>
/// The node follows the leader of the epoch: it fetches, cuts what the leader has not, and takes over what is committed. A
/// voter that cannot fetch for a while looks whether it would be elected; another node asks around for a newer leader.
/// </summary>
internal sealed class FollowerState : EpochState
{
    private readonly QuorumNode _leader;
    private long _fetchDeadlineMs;
    private long? _heardAtMs;
    private SnapshotFetch? _snapshot;

    public FollowerState(QuorumCore core, int epoch, QuorumNode leader, ReplicaKey votedFor)
        : base(core, epoch, votedFor)
    {
        _leader = leader;
        _fetchDeadlineMs = NowMs + core.Options.FetchTimeoutMs;
    }

    /// <inheritdoc/>
    public override int LeaderId => _leader.Id;

    /// <inheritdoc/>
    public override QuorumNode? LeaderNode => _leader;

    /// <inheritdoc/>
    public override int NamedLeaderId => Core.Rules.MayName(HasHeard) ? _leader.Id : -1;

    /// <inheritdoc/>
    public override long DeadlineMs
    {
        get
        {
            long fetchMs = IsUnflushed ? long.MaxValue : Math.Max(Core.Requests.BusyUntilMs(_leader.Id), NowMs + 1);
            long asksAroundMs = Core.Requests.IsUnderWay(_leader.Id, NowMs) ? long.MaxValue : AnybodyReadyMs();
            return Math.Min(StandsForElection ? _fetchDeadlineMs : long.MaxValue, Math.Min(fetchMs, asksAroundMs));
        }
    }

    /// <summary>Whether the leader itself was heard not long ago; a rumour of it is not enough.</summary>
    private bool HasHeard => _heardAtMs is { } heardAtMs && NowMs - heardAtMs < Core.Options.FetchTimeoutMs;

    private bool StandsForElection => Core.IsVoter && !Core.IsShuttingDown;

    /// <summary>A fetch would acknowledge what is not on the disk.</summary>
    private bool IsUnflushed => Core.Options.CanBeVoter && !Core.Rules.MayFetch(Core.Log);

    /// <summary>Who hears a leader sees no need for an election; and a vote is never given in the epoch of a leader.</summary>
    public override bool Grants(VoteRequest request, bool isUpToDate) => request.IsPreVote && GrantsPreVote(HasHeard, isUpToDate);

    /// <inheritdoc/>
    public override void Poll()
    {
        if (StandsForElection && (Core.IsOnlyVoter || NowMs >= _fetchDeadlineMs))
        {
            Core.BecomeProspective();
        }
        else if (Core.Requests.IsReady(_leader.Id, NowMs))
        {
            FetchFromLeader();
        }
        else if (!Core.Requests.IsUnderWay(_leader.Id, NowMs))
        {
            // The leader does not answer: perhaps somebody knows a newer one.
            FetchFromAnybody();
        }
    }

    /// <summary>The leader made itself known.</summary>
    public void OnHeard() => _heardAtMs = NowMs;

    /// <summary>The leader steps down: the best of its successors stands for election at once, the others a little later.</summary>
    public void OnResigned(ImmutableArray<ReplicaKey> successors)
    {
        _heardAtMs = null;
        int place = 0;
        while (place < successors.Length && !successors[place].Covers(Core.Self))
        {
            place++;
        }
        _fetchDeadlineMs = NowMs + BackoffMs(place, successors.Length);
    }

    /// <inheritdoc/>
    public override bool OnAnswer(int from, QuorumAnswer answer) => answer switch
    {
        FetchLogAnswer fetched => OnFetched(from, fetched),
        FetchSnapshotAnswer piece => OnSnapshotPiece(from, piece),
        _ => false,
    };

    /// <summary>A broken connection tells sooner than any timeout that the leader's process has ended.</summary>
    public override void OnFailure(int nodeId, RequestFailure failure)
    {
        if (nodeId == _leader.Id && failure == RequestFailure.Broken)
        {
            _heardAtMs = null;
            _fetchDeadlineMs = Math.Min(_fetchDeadlineMs, NowMs + Core.RandomMs(Core.Options.ElectionJitterMs));
        }
    }

    /// <summary>The snapshot is installed, or has to be fetched anew.</summary>
    public void OnSnapshotDone() => _snapshot = null;

    /// <summary>The leader has the snapshot no more: the next fetch tells which one it has.</summary>
    public bool OnSnapshotLost()
    {
        _snapshot = null;
        OnProgress();
        return true;
    }

    private bool OnFetched(int from, FetchLogAnswer answer)
    {
        if (from != _leader.Id && from >= 0)
        {
            return false;
        }
        bool isUseful = answer.Diverging is { } diverging ? Core.TruncateTo(diverging)
            : answer.SnapshotId is { } snapshot ? BeginSnapshot(snapshot)
            : Core.AppendFetched(answer.Records);
        if (isUseful)
        {
            OnProgress();
            if (answer.Diverging is null && answer.SnapshotId is null)
            {
                Core.AdvanceHighWatermark(Math.Min(answer.HighWatermark, Core.Log.EndOffset));
            }
        }
        return isUseful;
    }

    private bool BeginSnapshot(OffsetAndEpoch id)
    {
        if (!Core.Rules.MayReplaceLog(id, Core.Log.End, Core.HighWatermark))
        {
            return false;
        }
        _snapshot = new SnapshotFetch(id, 0);
        return true;
    }

    private bool OnSnapshotPiece(int from, FetchSnapshotAnswer piece)
    {
        if (from != _leader.Id || _snapshot is not { } snapshot || piece.SnapshotId != snapshot.Id || piece.Position != snapshot.Position)
        {
            return false;
        }
        long position = snapshot.Position + piece.Bytes.Length;
        bool isLast = position >= piece.Size;
        if (piece.Bytes.IsEmpty && !isLast)
        {
            return false;
        }
        _snapshot = snapshot with { Position = position, IsComplete = isLast };
        Core.Emit(new StoreSnapshotPiece(snapshot.Id, snapshot.Position, piece.Bytes, isLast));
        OnProgress();
        return true;
    }

    private void FetchFromLeader()
    {
        if (_snapshot is { } snapshot)
        {
            if (!snapshot.IsComplete)
            {
                Core.MaybeSend(_leader, () => new FetchSnapshotRequest(
                    Epoch, Core.Self, snapshot.Id, snapshot.Position, Core.Options.FetchSnapshotMaxBytes));
            }
        }
        else if (!IsUnflushed)
        {
            Core.MaybeSend(_leader, () => Core.NextFetch(Core.Options.FetchMaxWaitMs), Core.Options.FetchMaxWaitMs);
        }
    }

    private void OnProgress()
    {
        _heardAtMs = NowMs;
        _fetchDeadlineMs = NowMs + Core.Options.FetchTimeoutMs;
    }

    /// <summary>0 for the first, then doubling up to the greatest backoff, which is also for who is not in the list.</summary>
    private long BackoffMs(int place, int count)
    {
        int maxMs = Core.Options.ElectionBackoffMaxMs;
        return place == 0 && count > 0 ? 0
            : place >= count ? maxMs
            : Math.Min(maxMs, ((long)maxMs >> Math.Min(count - 1, 30)) << Math.Min(place - 1, 30));
    }

    /// <param name="Id">Which snapshot.</param>
    /// <param name="Position">How much of it has arrived, bytes.</param>
    /// <param name="IsComplete">Whether that is all.</param>
    private sealed record SnapshotFetch(OffsetAndEpoch Id, long Position, bool IsComplete = false);
}
