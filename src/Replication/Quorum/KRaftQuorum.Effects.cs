using Compat.Replication.Metadata;
using Compat.Replication.Quorum.Core;
using Compat.Wire;

namespace Compat.Replication.Quorum;

/// <summary>Carrying out what the core wants done, in its order, under the lock.</summary>
public sealed partial class KRaftQuorum
{
    private readonly Dictionary<long, TaskCompletionSource<QuorumAnswer>> _asked = [];
    private long _lastToken;
    private bool _wantsFlush;

    /// <summary>A request of another node; null if this node stops before it is answered.</summary>
    internal async ValueTask<QuorumAnswer?> ReceiveAsync(QuorumRequest request)
    {
        var answer = new TaskCompletionSource<QuorumAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(core =>
        {
            long token = ++_lastToken;
            _asked[token] = answer;
            core.Receive(token, request, Now);
        });
        lock (_gate)
        {
            if (_isStopped)
            {
                answer.TrySetCanceled();
            }
        }
        await ((Task)answer.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return answer.Task.IsCompletedSuccessfully ? answer.Task.Result : null;
    }

    /// <summary>Gives the core an input and does what follows. What fails ends this node's part in the quorum.</summary>
    private void Do(Action<QuorumCore> input)
    {
        lock (_gate)
        {
            if (_isStopped || !_isStarted)
            {
                return;
            }
            try
            {
                input(_core);
                CarryOut();
            }
            catch (Exception e) when (e is IOException or MetadataException or InvalidOperationException)
            {
                Stop(e);
            }
        }
    }

    private void CarryOut()
    {
        while (_core.TakeEffects() is { Count: > 0 } effects)
        {
            foreach (QuorumEffect effect in effects)
            {
                CarryOut(effect);
            }
        }
        if (_wantsFlush)
        {
            _wantsFlush = false;
            _flusher.Signal();
        }
        if (!_core.IsLeader)
        {
            _feed.ForgetOwn();
            _waiters.EndPending(ProposalOutcome.OutcomeUnknown);
        }
        if (_core.IsShutDown)
        {
            _shutDown.TrySetResult();
        }
        ScheduleTick();
    }

    private void CarryOut(QuorumEffect effect)
    {
        switch (effect)
        {
            case PersistElection persist:
                _stateFile.Write(persist.State, _core.Voters);
                break;
            case AppendToLog append:
                _log.Append(append.Batches, append.Epoch, isLeader: _core.IsLeader);
                break;
            case FlushLog:
                _wantsFlush = true;
                break;
            case TruncateLog truncate:
                _log.TruncateTo(truncate.Offset);
                break;
            case Commit commit:
                Commit(commit.HighWatermark);
                break;
            case ChangeLeader change:
                _leader = change.Leader;
                _feed.AddLeader(change.Leader, change.EpochStartOffset);
                break;
            case SendRequest send:
                _sender.Send(send);
                break;
            case SendAnswer answer:
                if (_asked.Remove(answer.Token, out TaskCompletionSource<QuorumAnswer>? asked))
                {
                    asked.TrySetResult(Fill(answer.Answer));
                }
                break;
            case StoreSnapshotPiece piece:
                Store(piece);
                break;
        }
    }

    private void Commit(long highWatermark)
    {
        _log.AdvanceHighWatermark(highWatermark);
        Interlocked.Exchange(ref _highWatermark, highWatermark);
        _waiters.Reach(highWatermark);
        _feed.Commit(highWatermark);
    }

    private QuorumAnswer Fill(QuorumAnswer answer) => answer switch
    {
        FetchLogAnswer { ReadFrom: { } from } fetch => fetch with { Records = _log.Read(from, fetch.MaxBytes) },
        FetchSnapshotAnswer { Error: ErrorCode.None } piece => _log.ReadSnapshot(piece),
        _ => answer,
    };

    private void Store(StoreSnapshotPiece piece)
    {
        _log.StoreSnapshotPiece(piece.Id, piece.Position, piece.Bytes);
        if (!piece.IsLast)
        {
            return;
        }
        try
        {
            VoterSet voters = _log.InstallSnapshot(piece.Id);
            Interlocked.Exchange(ref _highWatermark, piece.Id.Offset);
            _core.SnapshotInstalled(piece.Id, voters, Now);
        }
        catch (MetadataException)
        {
            // A damaged transfer: the leader has it whole.
            _log.DiscardSnapshot(piece.Id);
            _core.SnapshotRejected(Now);
        }
    }

    private void Flush()
    {
        OffsetAndEpoch end;
        lock (_gate)
        {
            if (_isStopped || _core.Log.FlushedOffset == _core.Log.EndOffset)
            {
                return;
            }
            end = _core.Log.End;
        }
        try
        {
            _log.Flush();
        }
        catch (IOException e)
        {
            lock (_gate)
            {
                Stop(e);
            }
            return;
        }
        Do(core => core.Flushed(end, Now));
    }

    private void OnAnswer(int from, long correlationId, QuorumAnswer answer) => Do(core => core.Receive(from, correlationId, answer, Now));

    private void OnFailure(int nodeId, long correlationId, RequestFailure failure) => Do(core => core.Fail(nodeId, correlationId, failure, Now));

    private void OnTimer() => Do(core => core.Tick(Now));

    private void OnSnapshotCreated(OffsetAndEpoch id)
    {
        lock (_gate)
        {
            _core.SnapshotCreated(id, _log.Snapshots.Earliest!.Value, _log.StartOffset);
        }
    }

    private void OnListenerFailed(Exception cause)
    {
        lock (_gate)
        {
            Stop(cause);
        }
    }

    private void ScheduleTick()
    {
        long dueMs = _core.NextTickMs;
        TimeSpan due = dueMs == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(1, dueMs - Now.ElapsedMs));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void Stop(Exception cause)
    {
        if (_isStopped)
        {
            return;
        }
        _isStopped = true;
        _leader = new LeaderAndEpoch(-1, _core.Epoch);
        _shutDown.TrySetResult();
        RefuseAsked();
        _waiters.End(ProposalOutcome.OutcomeUnknown);
        _feed.Fail(cause);
    }

    private void RefuseAsked()
    {
        lock (_gate)
        {
            foreach (TaskCompletionSource<QuorumAnswer> asked in _asked.Values)
            {
                asked.TrySetCanceled();
            }
            _asked.Clear();
        }
    }
}
