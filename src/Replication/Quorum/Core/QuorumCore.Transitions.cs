namespace Compat.Replication.Quorum.Core;

/// <summary>Going from one state to the next.</summary>
internal sealed partial class QuorumCore
{
    /// <summary>
    /// Enters a state: what it remembers goes to the disk first, then the state before ends what it has open, and only then
    /// the new one speaks.
    /// </summary>
    internal void Become(EpochState next)
    {
        EpochState before = _state;
        if (next.Epoch < before.Epoch)
        {
            throw new InvalidOperationException($"From epoch {before.Epoch} there is no way back to {next.Epoch}.");
        }
        Persist(next.Remembered);
        _state = next;
        Requests.Reset();
        before.Leave();
        TellLeader(next);
        next.Enter();
    }

    internal void BecomeUnattached(int epoch, int leaderId, long? electionDeadlineMs = null)
    {
        // Within an epoch a vote stands.
        ReplicaKey votedFor = epoch == Epoch ? _state.VotedFor : ReplicaKey.None;
        long deadlineMs = electionDeadlineMs ?? _state.ElectionDeadlineToKeepMs ?? ElectionDeadlineMs();
        Become(new UnattachedState(this, epoch, leaderId, votedFor, deadlineMs));
    }

    internal void BecomeFollower(int epoch, QuorumNode leader)
    {
        ReplicaKey votedFor = epoch == Epoch ? _state.VotedFor : ReplicaKey.None;
        Become(new FollowerState(this, epoch, leader, votedFor));
    }

    internal void BecomeProspective() => Become(new ProspectiveState(this, _state));

    internal void BecomeCandidate() => Become(new CandidateState(this, Epoch + 1));

    internal void BecomeLeader(IEnumerable<int> grantingVoters) => Become(new LeaderState(this, Epoch, [.. grantingVoters]));

    /// <summary>Goes along with what another node says of epoch and leader, as far as it is news.</summary>
    internal void Follow(LeaderAndEpoch leader, QuorumNode? endpoint)
    {
        bool isSettled = _state.LeaderNode is not null || (_state.LeaderId >= 0 && _state.LeaderId != leader.LeaderId);
        if (leader.Epoch < Epoch || (leader.Epoch == Epoch && (!leader.HasLeader || isSettled)))
        {
            return;
        }
        QuorumNode? node = leader.HasLeader && leader.LeaderId != Self.Id ? endpoint ?? NodeOf(leader.LeaderId) : null;
        if (node is { } known)
        {
            BecomeFollower(leader.Epoch, known);
        }
        else if (leader.Epoch > Epoch)
        {
            BecomeUnattached(leader.Epoch, leader.LeaderId);
        }
    }

    private EpochState StateAfterStart(QuorumState remembered)
    {
        var votedFor = new ReplicaKey(remembered.VotedId, remembered.VotedDirectoryId);
        // A start takes part in the next election soon: PreVote keeps it from disturbing a leader that it does not know yet.
        long soonMs = NowMs + RandomMs(Options.ElectionJitterMs);
        if (remembered.LeaderEpoch < Log.LastEpoch)
        {
            return new UnattachedState(this, Log.LastEpoch, -1, ReplicaKey.None, soonMs);
        }
        if (remembered.LeaderId == Self.Id)
        {
            // It must neither write the same offsets of its epoch again, nor vote in it.
            return Rules.MayLeadAgainAfterStart ? new LeaderState(this, remembered.LeaderEpoch, [Self.Id]) : new ResignedState(this, remembered.LeaderEpoch, []);
        }
        if (remembered.LeaderId < 0 && votedFor.IsSome && votedFor.Covers(Self) && IsVoter)
        {
            return new CandidateState(this, remembered.LeaderEpoch);
        }
        return remembered.LeaderId >= 0 && NodeOf(remembered.LeaderId) is { } leader
            ? new FollowerState(this, remembered.LeaderEpoch, leader, votedFor)
            : new UnattachedState(this, remembered.LeaderEpoch, remembered.LeaderId, votedFor, soonMs);
    }

    private void Persist(QuorumState remembered)
    {
        if (!Rules.MustPersist(_persisted, remembered))
        {
            return;
        }
        _persisted = remembered;
        int before = _effects.FindLastIndex(effect => effect is PersistElection);
        if (before >= 0 && _effects.Skip(before + 1).All(effect => effect is ChangeLeader))
        {
            // No message left in between, so only the last matters.
            _effects.RemoveAt(before);
        }
        Emit(new PersistElection(remembered));
    }

    private void TellLeader(EpochState state)
    {
        var leader = new LeaderAndEpoch(state.ToldLeaderId, state.Epoch);
        if (leader != _told)
        {
            _told = leader;
            Emit(new ChangeLeader(leader, state is LeaderState ? Log.EndOffset : -1));
        }
    }
}
