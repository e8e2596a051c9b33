using Compat.Log;
using Compat.Replication.Quorum;
using Compat.Replication.Throttling;
using Compat.Server.Fetching;
using Compat.Server.Platform;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// Fetch, v4-18: reads record batches. Waits up to MaxWaitMs until there are MinBytes. v5 has log start offsets, v7
/// sessions (KIP-227), v9 leader epochs (KIP-320), v11 the rack and the preferred replica (KIP-392), v12 divergence
/// (KIP-595), v13 topic ids (KIP-516), v15 the replica's state (KIP-903), v16 the new leader (KIP-951), v17 and v18
/// fields between brokers. A broker fetches as a follower in its own name: it reads up to the end of the log, and each offset it
/// asks for says that it has what is before; only a replica of the partition is answered.
/// </summary>
public sealed class FetchHandler : ApiHandler<FetchRequest, FetchResponse>
{
    private const short FirstWithTopicIds = 13;
    private const short FirstWithReplicaState = 15;
    private const int FutureReplicaId = -3;

    private readonly PartitionLookup _partitions;
    private readonly FetchReader _reader;
    private readonly FetchSessionCache _sessions;
    private readonly DeadlineQueue _deadlines;
    private readonly BurstWork _owed;
    private readonly ReplicationThrottle? _throttle;
    private readonly int _maxBytes;

    internal FetchHandler(
        PartitionLookup partitions,
        PreferredReplicas? preferred,
        FetchSessionCache sessions,
        DeadlineQueue deadlines,
        BurstWork owed,
        int maxBytes,
        ReplicationThrottle? throttle = null)
    {
        _partitions = partitions;
        _owed = owed;
        _throttle = throttle;
        _reader = new FetchReader(partitions, preferred, throttle);
        _sessions = sessions;
        _deadlines = deadlines;
        _maxBytes = maxBytes;
    }

    /// <inheritdoc/>
    public override ValueTask<FetchResponse?> HandleAsync(FetchRequest request, RequestContext context)
    {
        FetchingReplica? replica = ReplicaOf(request, context.ApiVersion);
        if (replica is { BrokerId: < 0 })
        {
            return ValueTask.FromResult<FetchResponse?>(Refuse(request, context.ApiVersion));
        }

        FetchContext session = FetchContext.Create(_sessions, request, context.ApiVersion >= FirstWithTopicIds);
        FetchPlan plan = Plan(request, session.Targets, replica, context.ApiVersion);
        FetchRead read = _reader.Read(plan, isArrival: true);
        bool isDue = request.MaxWaitMs <= 0 || read.IsUrgent || !read.HasRead || read.Bytes >= plan.MinBytes;
        if (isDue)
        {
            return ValueTask.FromResult<FetchResponse?>(Answer(session, plan, read, context));
        }

        read.Dispose();
        return WaitAsync(session, plan, TimeSpan.FromMilliseconds(request.MaxWaitMs), context);
    }

    private async ValueTask<FetchResponse?> WaitAsync(FetchContext session, FetchPlan plan, TimeSpan maxWait, RequestContext context)
    {
        var waiting = new WaitingFetch(_reader, plan, _deadlines, _owed);
        if (plan.Replica is not null)
        {
            // A follower that says anything more has news, for example another partition to follow, and would otherwise have to
            // wait for this answer to ask for it.
            context.OnNext = waiting.End;
        }

        FetchRead read = await waiting.WaitAsync(maxWait, context.ConnectionClosed);
        return Answer(session, plan, read, context);
    }

    private FetchPlan Plan(FetchRequest request, IReadOnlyList<FetchTarget> targets, FetchingReplica? replica, short version)
    {
        FetchIsolation isolation = replica is not null ? FetchIsolation.LogEnd
            : request.IsolationLevel == 1 ? FetchIsolation.TransactionCommitted
            : FetchIsolation.HighWatermark;
        int maxBytes = Math.Min(request.MaxBytes, _maxBytes);
        return new FetchPlan(targets, isolation, Math.Min(request.MinBytes, maxBytes), maxBytes, version)
        {
            Replica = replica,
            ClientRack = request.RackId,
        };
    }

    private FetchResponse Answer(FetchContext session, FetchPlan plan, FetchRead read, RequestContext context)
    {
        context.Resources = read;
        read.CountBytesOut(plan.Replica is null ? null : _throttle);
        FetchResponse response = session.Answer(read.Results);
        foreach (int leader in read.NewLeaders ?? [])
        {
            if (_partitions.FindNode(leader, context.Connection) is { } node)
            {
                response.NodeEndpoints.Add(new() { NodeId = leader, Host = node.Host, Port = node.Port, Rack = node.Rack });
            }
        }

        return response;
    }

    /// <summary>Who fetches as a follower; null for clients, and for debugging tools, which read as clients do.</summary>
    private static FetchingReplica? ReplicaOf(FetchRequest request, short version)
    {
        FetchingReplica replica = version >= FirstWithReplicaState
            ? new FetchingReplica(request.ReplicaState.ReplicaId, request.ReplicaState.ReplicaEpoch)
            : new FetchingReplica(request.ReplicaId, -1);
        return replica.BrokerId is >= 0 or FutureReplicaId ? replica : null;
    }

    /// <summary>
    /// No replica moves between log directories over the network. An error for the whole request and, before topic ids, for each partition (CVE-2018-1288).</summary>
    private static FetchResponse Refuse(FetchRequest request, short version)
    {
        var response = new FetchResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed };
        foreach (FetchRequest.FetchTopic topic in version >= FirstWithTopicIds ? [] : request.Topics)
        {
            response.Responses.Add(new()
            {
                Topic = topic.Topic,
                Partitions = [.. topic.Partitions.Select(partition => new FetchResponse.PartitionData
                {
                    PartitionIndex = partition.Partition,
                    ErrorCode = ErrorCode.ClusterAuthorizationFailed,
                    HighWatermark = -1,
                    Records = RecordsPayload.Empty,
                })],
            });
        }

        return response;
    }
}

/// <summary>
/// Fetch of <c>__cluster_metadata</c> on a controllers' listener, v12-18: followers of the metadata log, voters or not. Its
/// older versions lack the epochs that the quorum goes by; v18 tells the asker's high watermark (KIP-1166).
/// </summary>
public sealed class ControllerFetchHandler : ApiHandler<FetchRequest, FetchResponse>
{
    private const short FirstWithEpochs = 12;
    private const short Last = 18;

    private readonly IQuorumServer _quorum;

    internal ControllerFetchHandler(IQuorumServer quorum)
        : base(FirstWithEpochs, Last) => _quorum = quorum;

    /// <inheritdoc/>
    public override async ValueTask<FetchResponse?> HandleAsync(FetchRequest request, RequestContext context) =>
        await _quorum.FetchAsync(request, context.ApiVersion);
}
