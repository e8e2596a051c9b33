using Compat.Wire;

namespace Compat.Coordination.Runtime;

internal sealed partial class ShardHost<TShard>
{
    /// <summary>Has a decision made and its answer given out when what it saw is committed.</summary>
    public ValueTask<TReply> RunAsync<TRequest, TReply>(Decision<TShard, TRequest, TReply> decision, TRequest request)
        where TReply : class
    {
        if (!TryBegin())
        {
            var queued = new QueuedDecision<TShard, TRequest, TReply>(decision, request);
            Post(queued);
            return new ValueTask<TReply>(queued.Task);
        }

        try
        {
            return DecideNow(decision, request);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Has a decision made whose answer may be left to a later turn.</summary>
    public Task<TReply> RunAsync<TRequest, TReply>(WaitingDecision<TShard, TRequest, TReply> decision, TRequest request)
        where TReply : class
    {
        var queued = new QueuedWaitingDecision<TShard, TRequest, TReply>(decision, request);
        Post(queued);
        return queued.Task;
    }

    private ValueTask<TReply> DecideNow<TRequest, TReply>(Decision<TShard, TRequest, TReply> decision, TRequest request)
        where TReply : class
    {
        if (!TryBeginTurns(out TShard? shard, out Turn? turn))
        {
            return new ValueTask<TReply>(decision.Fail(request, _unavailable));
        }

        TReply reply;
        try
        {
            turn.Begin(_environment.NowMs, _environment.UptimeMs);
            reply = decision.Decide(shard, request, turn);
        }
        catch (Exception failure)
        {
            RuntimeLog.DecisionFailed(Logger, failure, _environment.Options.Name, _partition, decision.Name);
            DropShard(ErrorCode.UnknownServerError);
            return new ValueTask<TReply>(decision.Fail(request, ErrorCode.UnknownServerError));
        }

        ErrorCode error = FinishTurns(turn);
        if (error != ErrorCode.None)
        {
            return new ValueTask<TReply>(decision.Fail(request, error));
        }

        long seen = _log!.EndOffset;
        if (_log.HighWatermark >= seen)
        {
            return new ValueTask<TReply>(reply);
        }

        var held = new QueuedDecision<TShard, TRequest, TReply>(decision, request);
        held.Decide(reply);
        Hold(held, seen);
        return new ValueTask<TReply>(held.Task);
    }

    private void RunOwned(IQueuedTurn<TShard> turn)
    {
        try
        {
            _taken.Add(turn);
            RunTaken();
        }
        finally
        {
            End();
        }
    }

    /// <summary>Runs the turns that were taken from the queue and appends their records together.</summary>
    private void RunTaken()
    {
        for (int index = 0; index < _taken.Count; index++)
        {
            if (_taken[index] is HostTurn<TShard> change)
            {
                FinishOpenTurns();
                change.Change();
            }
            else
            {
                RunOne(_taken[index]);
            }
        }

        FinishOpenTurns();
        _taken.Clear();
    }

    private void RunOne(IQueuedTurn<TShard> queued)
    {
        if (ReferenceEquals(queued, _timerTurn))
        {
            BeginTimers();
        }

        if (_turn is not { } turn || (turn.Records.Count == 0 && turn.Answered.Count == 0))
        {
            if (!TryBeginTurns(out _, out turn))
            {
                queued.Fail(_unavailable);
                return;
            }
        }

        try
        {
            turn.Begin(_environment.NowMs, _environment.UptimeMs);
            queued.Decide(_shard!, turn);
        }
        catch (Exception failure)
        {
            RuntimeLog.DecisionFailed(Logger, failure, _environment.Options.Name, _partition, queued.Name);
            DropShard(ErrorCode.UnknownServerError);
            queued.Fail(ErrorCode.UnknownServerError);
            return;
        }

        if (turn.Records.SizeInBytes >= _log!.MaxBatchBytes / 2)
        {
            FinishTurns(turn);
        }
    }

    private void BeginTimers()
    {
        lock (_lock)
        {
            _isTimerQueued = false;
        }

        _armedForMs = long.MaxValue;
        _gate.Expire(_environment.UptimeMs);
    }

    private bool TryBeginTurns([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TShard? shard,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Turn? turn)
    {
        shard = _shard;
        turn = _turn;
        if (shard is null || turn is null)
        {
            return false;
        }

        turn.BeginBatch(_log!.EndOffset, _log.MaxBatchBytes - BatchAppender.MaxOverheadBytes);
        return true;
    }

    private void FinishOpenTurns()
    {
        if (_turn is { } turn)
        {
            FinishTurns(turn);
        }
    }

    /// <summary>Appends what the turns decided and gives their answers out, at once or when it is committed.</summary>
    private ErrorCode FinishTurns(Turn turn)
    {
        ErrorCode error = ErrorCode.None;
        if (turn.Records.Count > 0)
        {
            error = Append(turn);
        }

        if (error != ErrorCode.None)
        {
            DropShard(error);
            return error;
        }

        if (turn.Answered.Count > 0)
        {
            GiveOut(turn.Answered);
        }

        turn.End();
        return ErrorCode.None;
    }

    private ErrorCode Append(Turn turn)
    {
        ErrorCode error;
        long offset;
        try
        {
            error = _appender.Append(_log!, turn.Records, turn.NowMs, out offset);
        }
        catch (IOException failure)
        {
            RuntimeLog.AppendFailed(Logger, failure, _environment.Options.Name, _partition);
            return CoordinatorErrors.FromAppend(ErrorCode.KafkaStorageError);
        }

        if (error != ErrorCode.None)
        {
            RuntimeLog.AppendRefused(Logger, _environment.Options.Name, _partition, error);
            return CoordinatorErrors.FromAppend(error);
        }

        if (offset != turn.FirstOffset)
        {
            // Somebody else writes to the log: what was applied stands at offsets that are not its own.
            RuntimeLog.OffsetMismatch(Logger, _environment.Options.Name, _partition, offset, turn.FirstOffset);
            return ErrorCode.NotCoordinator;
        }

        _failedAppends = 0;
        return ErrorCode.None;
    }

    private void GiveOut(IReadOnlyList<Reply> replies)
    {
        long seen = _log!.EndOffset;
        bool isCommitted = _log.HighWatermark >= seen;
        for (int index = 0; index < replies.Count; index++)
        {
            if (isCommitted)
            {
                replies[index].Release();
            }
            else
            {
                Hold(replies[index], seen);
            }
        }
    }

    private void Hold(Reply reply, long offset)
    {
        if (!_gate.TryHold(reply, offset, _environment.UptimeMs + _environment.Options.CommitTimeoutMs))
        {
            reply.Fail(ErrorCode.CoordinatorNotAvailable);
            return;
        }

        // The watermark may have passed between the look at it and the wait for it.
        _gate.Advance(_log!.HighWatermark);
    }
}
