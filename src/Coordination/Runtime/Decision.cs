using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>A kind of turn that is answered by the decision itself.</summary>
/// <typeparam name="TShard">The shard.</typeparam>
/// <typeparam name="TRequest">What is asked.</typeparam>
/// <typeparam name="TReply">The response.</typeparam>
/// <param name="name">What log messages call it.</param>
/// <param name="decide">The decision.</param>
/// <param name="fail">The response that tells an error.</param>
internal sealed class Decision<TShard, TRequest, TReply>(
    string name, Func<TShard, TRequest, Turn, TReply> decide, Func<TRequest, ErrorCode, TReply> fail)
    where TReply : class
{
    public string Name { get; } = name;

    public TReply Decide(TShard shard, TRequest request, Turn turn) => decide(shard, request, turn);

    public TReply Fail(TRequest request, ErrorCode error) => fail(request, error);
}

/// <summary>A kind of turn whose answer may be left to a later turn.</summary>
/// <typeparam name="TShard">The shard.</typeparam>
/// <typeparam name="TRequest">What is asked.</typeparam>
/// <typeparam name="TReply">The response.</typeparam>
/// <param name="name">What log messages call it.</param>
/// <param name="decide">The decision; it answers the reply or keeps it.</param>
/// <param name="fail">The response that tells an error.</param>
internal sealed class WaitingDecision<TShard, TRequest, TReply>(
    string name, Action<TShard, TRequest, Reply<TReply>, Turn> decide, Func<TRequest, ErrorCode, TReply> fail)
    where TReply : class
{
    public string Name { get; } = name;

    public void Decide(TShard shard, TRequest request, Reply<TReply> reply, Turn turn) => decide(shard, request, reply, turn);

    public TReply Fail(TRequest request, ErrorCode error) => fail(request, error);
}
