using System.Collections.Concurrent;
using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>The shards of one coordinator: those of the internal topic's partitions that this broker leads.</summary>
internal sealed class CoordinatorRuntime<TShard>(ShardHostEnvironment<TShard> environment) : IDisposable
    where TShard : class, ICoordinatorShard
{
    private readonly ConcurrentDictionary<int, ShardHost<TShard>> _hosts = new();

    /// <summary>The partitions that were ever led here since the start, in ascending order.</summary>
    public int[] Partitions => [.. _hosts.Keys.Order()];

    /// <summary>True when no shard is being loaded.</summary>
    public bool IsLoaded => _hosts.Values.All(host => host.Unavailable != ErrorCode.CoordinatorLoadInProgress);

    /// <summary>Starts to serve a partition that this broker now leads. An empty log is served on return.</summary>
    public void Elect(int partition, ICoordinatorLog log) =>
        _hosts.GetOrAdd(partition, NewHost).Elect(log);

    /// <summary>Stops to serve a partition.</summary>
    public void Resign(int partition)
    {
        if (_hosts.TryGetValue(partition, out ShardHost<TShard>? host))
        {
            host.Resign();
        }
    }

    /// <summary>Why a partition does not answer now; <see cref="ErrorCode.None"/> when it does.</summary>
    public ErrorCode Unavailable(int partition) =>
        _hosts.TryGetValue(partition, out ShardHost<TShard>? host) ? host.Unavailable : ErrorCode.NotCoordinator;

    /// <summary>
    /// Has the shard of a partition say what is committed; NOT_COORDINATOR while another broker may have taken it over and know more.
    /// </summary>
    public ValueTask<TReply> ReadAsync<TRequest, TReply>(int partition, Decision<TShard, TRequest, TReply> decision, TRequest request)
        where TReply : class =>
        _hosts.TryGetValue(partition, out ShardHost<TShard>? host) && host.IsSure
            ? host.RunAsync(decision, request)
            : new ValueTask<TReply>(decision.Fail(request, ErrorCode.NotCoordinator));

    /// <summary>Has the shard of a partition decide.</summary>
    public ValueTask<TReply> RunAsync<TRequest, TReply>(int partition, Decision<TShard, TRequest, TReply> decision, TRequest request)
        where TReply : class =>
        _hosts.TryGetValue(partition, out ShardHost<TShard>? host)
            ? host.RunAsync(decision, request)
            : new ValueTask<TReply>(decision.Fail(request, ErrorCode.NotCoordinator));

    /// <summary>Has the shard of a partition decide, now or in a later turn.</summary>
    public Task<TReply> RunAsync<TRequest, TReply>(int partition, WaitingDecision<TShard, TRequest, TReply> decision, TRequest request)
        where TReply : class =>
        _hosts.TryGetValue(partition, out ShardHost<TShard>? host)
            ? host.RunAsync(decision, request)
            : Task.FromResult(decision.Fail(request, ErrorCode.NotCoordinator));

    /// <summary>Has every shard decide that is led here.</summary>
    public async ValueTask<List<TReply>> RunOnAllAsync<TRequest, TReply>(Decision<TShard, TRequest, TReply> decision, TRequest request)
        where TReply : class
    {
        var running = new List<ValueTask<TReply>>();
        foreach (int partition in Partitions)
        {
            running.Add(RunAsync(partition, decision, request));
        }

        var replies = new List<TReply>(running.Count);
        foreach (ValueTask<TReply> reply in running)
        {
            replies.Add(await reply.ConfigureAwait(false));
        }

        return replies;
    }

    /// <summary>Stops to serve all partitions; who waits is told NOT_COORDINATOR.</summary>
    public void Dispose()
    {
        foreach (ShardHost<TShard> host in _hosts.Values)
        {
            host.Resign();
            host.Dispose();
        }
    }

    private ShardHost<TShard> NewHost(int partition) => new(environment, partition);
}
