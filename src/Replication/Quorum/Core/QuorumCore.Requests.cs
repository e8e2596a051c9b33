using Compat.Wire;

namespace Compat.Replication.Quorum.Core;

/// <summary>What other nodes ask.</summary>
internal sealed partial class QuorumCore
{
    /// <summary>A request has come; it is answered by a <see cref="SendAnswer"/> with its token, now or later.</summary>
    public void Receive(long token, QuorumRequest request, Moment now)
    {
        Now = now;
        QuorumAnswer? answer = request switch
        {
            VoteRequest vote => Vote(vote),
            BeginEpochRequest begin => BeginEpoch(begin),
            EndEpochRequest end => EndEpoch(end),
            FetchLogRequest fetch => Fetch(token, fetch),
            FetchSnapshotRequest fetch => FetchSnapshot(fetch),
            _ => throw new ArgumentException($"{request.GetType().Name} is no request of the quorum.", nameof(request)),
        };
        if (answer is not null)
        {
            Emit(new SendAnswer(token, answer));
        }
        Poll();
    }

    /// <summary>The epoch and the leader that an answer names: nobody, unless that was heard of recently.</summary>
    internal LeaderAndEpoch NamedLeader => new(_state.NamedLeaderId, Epoch);

    internal QuorumNode? NamedLeaderEndpoint => _state.NamedLeaderId >= 0 ? _state.LeaderNode : null;

    internal FetchLogAnswer RefuseFetch(ErrorCode error) => new(error, NamedLeader, NamedLeaderEndpoint);

    private VoteAnswer Vote(VoteRequest request)
    {
        int lastEpoch = request.LogEnd.Epoch;
        bool isIllegalEpoch = request.IsPreVote ? lastEpoch > request.Epoch : lastEpoch >= request.Epoch;
        if (request.LogEnd.Offset < 0 || lastEpoch < 0 || isIllegalEpoch)
        {
            return AnswerVote(ErrorCode.InvalidRequest, isGranted: false);
        }
        if (RefuseForEpoch(request.Candidate.Id, request.Epoch) is { } error)
        {
            return AnswerVote(error, isGranted: false);
        }
        if (request.Epoch > Epoch)
        {
            BecomeUnattached(request.Epoch, leaderId: -1);
        }
        if (!IsForThisNode(request.Voter))
        {
            return AnswerVote(ErrorCode.InvalidVoterKey, isGranted: false);
        }
        bool isGranted = _state.Grants(request, isUpToDate: request.LogEnd.CompareTo(Log.End) >= 0);
        if (isGranted && !request.IsPreVote && !_state.VotedFor.IsSome)
        {
            Become(_state.WithVote(request.Candidate));
        }
        return AnswerVote(ErrorCode.None, isGranted);
    }

    private BeginEpochAnswer BeginEpoch(BeginEpochRequest request)
    {
        ErrorCode error = RefuseForEpoch(request.LeaderId, request.Epoch) ?? RefuseForLeader(request.LeaderId, request.Epoch) ?? ErrorCode.None;
        if (error == ErrorCode.None)
        {
            Follow(new LeaderAndEpoch(request.LeaderId, request.Epoch), NodeOf(request.LeaderId, request.LeaderEndpoints));
            (_state as FollowerState)?.OnHeard();
            error = IsForThisNode(request.Voter) ? ErrorCode.None : ErrorCode.InvalidVoterKey;
        }
        return new BeginEpochAnswer(error, NamedLeader, NamedLeaderEndpoint);
    }

    private EndEpochAnswer EndEpoch(EndEpochRequest request)
    {
        ErrorCode error = RefuseForEpoch(request.LeaderId, request.Epoch) ?? RefuseForLeader(request.LeaderId, request.Epoch) ?? ErrorCode.None;
        if (error == ErrorCode.None)
        {
            Follow(new LeaderAndEpoch(request.LeaderId, request.Epoch), NodeOf(request.LeaderId, request.LeaderEndpoints));
            (_state as FollowerState)?.OnResigned(request.Successors);
        }
        return new EndEpochAnswer(error, NamedLeader, NamedLeaderEndpoint);
    }

    private FetchLogAnswer? Fetch(long token, FetchLogRequest request)
    {
        if (request.Offset < 0 || request.LastFetchedEpoch < 0 || request.LastFetchedEpoch > request.Epoch || request.Replica.Id == Self.Id)
        {
            return RefuseFetch(ErrorCode.InvalidRequest);
        }
        return RefuseUnlessLeader(request.Epoch) is { } error ? RefuseFetch(error) : ((LeaderState)_state).OnFetch(token, request);
    }

    private FetchSnapshotAnswer FetchSnapshot(FetchSnapshotRequest request)
    {
        if (RefuseUnlessLeader(request.Epoch) is { } error)
        {
            return new FetchSnapshotAnswer(error, NamedLeader, NamedLeaderEndpoint);
        }
        ((LeaderState)_state).OnHeardFrom(request.Replica);
        // Whether there is such a snapshot is found out by whoever reads it.
        return new FetchSnapshotAnswer(
            ErrorCode.None, NamedLeader, NamedLeaderEndpoint, request.SnapshotId, Position: request.Position, MaxBytes: request.MaxBytes);
    }

    private VoteAnswer AnswerVote(ErrorCode error, bool isGranted) => new(error, NamedLeader, NamedLeaderEndpoint, isGranted);

    private ErrorCode? RefuseForEpoch(int senderId, int epoch) =>
        epoch < Epoch ? ErrorCode.FencedLeaderEpoch : senderId < 0 ? ErrorCode.InvalidRequest : null;

    /// <summary>An epoch has one leader: who says otherwise is not believed.</summary>
    private ErrorCode? RefuseForLeader(int leaderId, int epoch) =>
        leaderId == Self.Id || (epoch == Epoch && _state.LeaderId >= 0 && _state.LeaderId != leaderId) ? ErrorCode.InvalidRequest : null;

    private ErrorCode? RefuseUnlessLeader(int epoch) =>
        epoch < Epoch ? ErrorCode.FencedLeaderEpoch
        : epoch > Epoch ? ErrorCode.UnknownLeaderEpoch
        : _state is not LeaderState ? ErrorCode.NotLeaderOrFollower
        : null;

    private bool IsForThisNode(ReplicaKey voter) => !voter.IsSome || voter.Covers(Self);

    private QuorumNode? NodeOf(int leaderId, IEnumerable<Metadata.BrokerEndpoint> endpoints)
    {
        foreach (Metadata.BrokerEndpoint endpoint in endpoints)
        {
            if (endpoint.ListenerName == Options.ControllerListener)
            {
                return new QuorumNode(leaderId, endpoint.Host, endpoint.Port);
            }
        }
        return NodeOf(leaderId);
    }
}
