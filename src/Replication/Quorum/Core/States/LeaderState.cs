using System.Collections.Immutable;
using Compat.Wire;

namespace Compat.Replication.Quorum.Core;

/// <summary>
/// The node leads the epoch: it appends, answers fetches, counts who has what on disk, and steps down when it does not
/// hear from a majority any more (check-quorum).
/// </summary>
internal sealed class LeaderState : EpochState
{
    private const int ObserverSessionMs = 300_000;

    private readonly ImmutableArray<int> _grantingVoters;
    private readonly long _epochStartOffset;
    private readonly Dictionary<int, ReplicaProgress> _voters = [];
    private readonly Dictionary<ReplicaKey, ReplicaProgress> _observers = [];
    private readonly HashSet<int> _heardVoters = [];
    private readonly ParkedFetches _parked = new();
    private long _checkQuorumDeadlineMs;
    private long _beginEpochAtMs;
    private VoterSet? _countedVoters;

    public LeaderState(QuorumCore core, int epoch, ImmutableArray<int> grantingVoters)
        : base(core, epoch, ReplicaKey.None)
    {
        _grantingVoters = grantingVoters;
        _epochStartOffset = core.Log.EndOffset;
        _checkQuorumDeadlineMs = NowMs + CheckQuorumMs;
        _beginEpochAtMs = NowMs;
        CountVoters();
        _voters[core.Self.Id].EndOffset = core.Rules.AcknowledgedByLeader(core.Log);
    }

    /// <inheritdoc/>
    public override int LeaderId => Core.Self.Id;

    /// <inheritdoc/>
    public override QuorumNode? LeaderNode => OwnNode;

    /// <inheritdoc/>
    public override int NamedLeaderId => Core.Self.Id;

    /// <summary>What this epoch has committed, -1 before its first record is: until then not even a former epoch's is known to others.</summary>
    public long HighWatermark { get; private set; } = -1;

    /// <inheritdoc/>
    public override long DeadlineMs => Math.Min(
        _parked.DeadlineMs, IsAlone ? long.MaxValue : Math.Min(_checkQuorumDeadlineMs, _beginEpochAtMs));

    // Half as long again as followers wait, because their fetches take time.
    private int CheckQuorumMs => Core.Options.FetchTimeoutMs * 3 / 2;

    private bool IsAlone => _voters.Count == 1;

    private QuorumNode? OwnNode
    {
        get
        {
            foreach (Metadata.BrokerEndpoint endpoint in Core.Options.Endpoints)
            {
                if (endpoint.ListenerName == Core.Options.ControllerListener)
                {
                    return new QuorumNode(Core.Self.Id, endpoint.Host, endpoint.Port);
                }
            }
            return Core.NodeOf(Core.Self.Id);
        }
    }

    /// <summary>Without a record of its own epoch the leader could commit nothing, so it begins with one.</summary>
    public override void Enter()
    {
        VoterSet voters = Core.Voters.With(Core.Self, Core.Options.Endpoints);
        bool includeVoters = voters.KRaftVersion > 0 && (!Core.VoterHistory.IsRecorded || !voters.HasSameVoters(Core.Voters));
        Core.AppendOwn(this, ControlRecords.StartOfEpoch(
            _epochStartOffset, Epoch, Core.Now.UnixMs, Core.Self.Id, voters, _grantingVoters, includeVoters));
    }

    /// <inheritdoc/>
    public override void Leave() => AnswerParked(_parked.TakeAll(), _ => Core.RefuseFetch(ErrorCode.NotLeaderOrFollower));

    /// <inheritdoc/>
    public override bool Grants(VoteRequest request, bool isUpToDate) => false;

    /// <summary>The state after this one, if it is left by choice.</summary>
    public ResignedState Resigned() => new(Core, Epoch,
    [
        .. _voters.Values.Where(voter => voter.Key.Id != Core.Self.Id).OrderByDescending(voter => voter.EndOffset).ThenBy(voter => voter.Key.Id)
            .Select(voter => voter.Key),
    ]);

    /// <inheritdoc/>
    public override void Poll()
    {
        AnswerParked(_parked.TakeExpired(NowMs), parked => Answer(parked.Request));
        if (IsAlone)
        {
            return;
        }
        if (Core.Rules.HasLostQuorum(NowMs, _checkQuorumDeadlineMs))
        {
            Core.Become(Resigned());
            return;
        }
        if (NowMs >= _beginEpochAtMs)
        {
            TellWhoDoesNotFetch();
        }
    }

    /// <inheritdoc/>
    public override bool OnAnswer(int from, QuorumAnswer answer) => answer is BeginEpochAnswer;

    /// <summary>The log has grown.</summary>
    public void OnAppended()
    {
        if (!ReferenceEquals(_countedVoters, Core.Voters))
        {
            CountVoters();
        }
        AnswerParked(_parked.TakeAll(), parked => Answer(parked.Request));
    }

    /// <summary>More of the log is on the disk, which is this node's own acknowledgement.</summary>
    public void OnFlushed()
    {
        if (_voters.TryGetValue(Core.Self.Id, out ReplicaProgress? self))
        {
            self.EndOffset = Core.Rules.AcknowledgedByLeader(Core.Log);
            MaybeCommit();
        }
    }

    /// <summary>A replica fetches: answers, or keeps the request until there is news, and then returns null.</summary>
    public FetchLogAnswer? OnFetch(long token, FetchLogRequest request)
    {
        (FetchFit fit, _) = Core.Log.Validate(request.Offset, request.LastFetchedEpoch);
        if (fit == FetchFit.Valid && request.Replica.IsSome)
        {
            Progress(request.Replica).OnFetch(request.Offset, Core.Log.EndOffset, Core.Now);
            OnHeardFrom(request.Replica);
            MaybeCommit();
        }
        FetchLogAnswer answer = Answer(request);
        bool isNews = answer.ReadFrom is not null || answer.Diverging is not null || answer.SnapshotId is not null || request.HighWatermark < answer.HighWatermark;
        if (isNews || request.MaxWaitMs <= 0)
        {
            return answer;
        }
        _parked.Add(new ParkedFetch(token, request, NowMs + request.MaxWaitMs));
        return null;
    }

    /// <summary>A replica makes itself known. A majority of the voters keeps this node the leader.</summary>
    public void OnHeardFrom(ReplicaKey replica)
    {
        if (!_voters.TryGetValue(replica.Id, out ReplicaProgress? voter) || !voter.Key.Covers(replica) || replica.Id == Core.Self.Id)
        {
            return;
        }
        voter.OnHeard(Core.Now);
        _heardVoters.Add(replica.Id);
        int needed = Core.Rules.Majority(_voters.Count) - (_voters.ContainsKey(Core.Self.Id) ? 1 : 0);
        if (_heardVoters.Count >= needed)
        {
            _heardVoters.Clear();
            _checkQuorumDeadlineMs = NowMs + CheckQuorumMs;
        }
    }

    /// <summary>Voters and observers as DescribeQuorum shows them.</summary>
    public (IReadOnlyList<ReplicaProgress> Voters, IReadOnlyList<ReplicaProgress> Observers) Describe() =>
        ([.. _voters.Values], [.. _observers.Values.Where(observer => NowMs - (observer.LastFetchMs ?? 0) < ObserverSessionMs)]);

    private void CountVoters()
    {
        _countedVoters = Core.Voters;
        Dictionary<int, ReplicaProgress> before = new(_voters);
        _voters.Clear();
        foreach (Voter voter in Core.Voters.Voters)
        {
            var key = new ReplicaKey(voter.NodeId, voter.DirectoryId);
            _voters[voter.NodeId] = before.TryGetValue(voter.NodeId, out ReplicaProgress? known) && key.Covers(known.Key) ? known
                : _observers.Remove(key, out ReplicaProgress? observer) ? observer
                : new ReplicaProgress(key);
        }
    }

    private ReplicaProgress Progress(ReplicaKey replica)
    {
        if (_voters.TryGetValue(replica.Id, out ReplicaProgress? voter) && voter.Key.Covers(replica))
        {
            return voter;
        }
        if (!_observers.TryGetValue(replica, out ReplicaProgress? observer))
        {
            foreach (ReplicaKey gone in _observers.Where(each => NowMs - (each.Value.LastFetchMs ?? 0) >= ObserverSessionMs).Select(each => each.Key).ToList())
            {
                _observers.Remove(gone);
            }
            observer = _observers[replica] = new ReplicaProgress(replica);
        }
        return observer;
    }

    /// <summary>Commits what a majority has on disk.</summary>
    private void MaybeCommit()
    {
        long[] ends = [.. _voters.Values.Select(voter => voter.EndOffset).OrderDescending()];
        long offset = ends[Core.Rules.Majority(ends.Length) - 1];
        if (offset <= HighWatermark || !Core.Rules.MayCommit(offset, _epochStartOffset))
        {
            return;
        }
        HighWatermark = offset;
        Core.AdvanceHighWatermark(offset);
        AnswerParked(_parked.TakeAll(), parked => Answer(parked.Request));
    }

    private FetchLogAnswer Answer(FetchLogRequest request)
    {
        (FetchFit fit, OffsetAndEpoch point) = Core.Log.Validate(request.Offset, request.LastFetchedEpoch);
        var answer = new FetchLogAnswer(
            ErrorCode.None, Core.NamedLeader, Core.NamedLeaderEndpoint, HighWatermark, Core.Log.StartOffset, MaxBytes: request.MaxBytes);
        return fit switch
        {
            FetchFit.Diverging => answer with { Diverging = point },
            FetchFit.NeedsSnapshot => answer with { SnapshotId = point },
            _ => answer with { ReadFrom = request.Offset < Core.Log.EndOffset ? request.Offset : null },
        };
    }

    private void AnswerParked(List<ParkedFetch> fetches, Func<ParkedFetch, FetchLogAnswer> answer)
    {
        foreach (ParkedFetch fetch in fetches)
        {
            Core.Emit(new SendAnswer(fetch.Token, answer(fetch)));
        }
    }

    private void TellWhoDoesNotFetch()
    {
        int everyMs = Core.Options.FetchTimeoutMs / 2;
        foreach (ReplicaProgress voter in _voters.Values)
        {
            bool isSilent = voter.LastFetchMs is not { } lastMs || NowMs - lastMs >= everyMs;
            if (isSilent && voter.Key.Id != Core.Self.Id && Core.NodeOf(voter.Key.Id) is { } node)
            {
                Core.MaybeSend(node, () => new BeginEpochRequest(Epoch, Core.Self.Id, voter.Key, Core.Options.Endpoints));
            }
        }
        _beginEpochAtMs = NowMs + everyMs;
    }
}
