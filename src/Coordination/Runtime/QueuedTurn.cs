using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>A turn that waits for the shard to be free, or whose answer waits for a later turn.</summary>
internal interface IQueuedTurn<TShard>
{
    /// <summary>What log messages call it.</summary>
    string Name { get; }

    /// <summary>Decides; the answer, if there is one yet, goes through the turn.</summary>
    void Decide(TShard shard, Turn turn);

    /// <summary>Answers with an error, without a shard.</summary>
    void Fail(ErrorCode error);
}

/// <summary>A decision that found the shard busy.</summary>
internal sealed class QueuedDecision<TShard, TRequest, TReply>(Decision<TShard, TRequest, TReply> decision, TRequest request)
    : Reply<TReply>, IQueuedTurn<TShard>
    where TReply : class
{
    public string Name => decision.Name;

    public void Decide(TShard shard, Turn turn) => turn.Answer(this, decision.Decide(shard, request, turn));

    void IQueuedTurn<TShard>.Fail(ErrorCode error) => Fail(error);

    protected override TReply Failed(ErrorCode error) => decision.Fail(request, error);
}

/// <summary>A waiting decision, and the reply that it may leave in the shard.</summary>
internal sealed class QueuedWaitingDecision<TShard, TRequest, TReply>(WaitingDecision<TShard, TRequest, TReply> decision, TRequest request)
    : Reply<TReply>, IQueuedTurn<TShard>
    where TReply : class
{
    public string Name => decision.Name;

    public void Decide(TShard shard, Turn turn) => decision.Decide(shard, request, this, turn);

    void IQueuedTurn<TShard>.Fail(ErrorCode error) => Fail(error);

    protected override TReply Failed(ErrorCode error) => decision.Fail(request, error);
}

/// <summary>The turn of the timers that are due.</summary>
internal sealed class TimerTurn<TShard> : IQueuedTurn<TShard>
{
    /// <summary>Timers rung in one turn; the rest ring in the next, so that requests get their turns in between.</summary>
    public const int MaxTimers = 1000;

    public string Name => "timers";

    public void Decide(TShard shard, Turn turn)
    {
        for (int rung = 0; rung < MaxTimers && turn.Timers.TryTakeDue(turn.UptimeMs, out ShardTimer? timer); rung++)
        {
            timer.Ring(turn);
        }
    }

    public void Fail(ErrorCode error)
    {
        // The timers went with their shard.
    }
}

/// <summary>A change of what the host is, in turn with the decisions: an election, a resignation, the end of loading.</summary>
internal sealed class HostTurn<TShard>(string name, Action change) : IQueuedTurn<TShard>
{
    public string Name { get; } = name;

    public void Change() => change();

    public void Decide(TShard shard, Turn turn) => throw new InvalidOperationException($"{Name} is no turn of a shard.");

    public void Fail(ErrorCode error)
    {
        // Nobody waits for it.
    }
}
