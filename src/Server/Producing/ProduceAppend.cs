using Compat.Log;
using Compat.Replication.Partitions;
using Compat.Server.Handlers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Producing;

/// <summary>
/// The answer of a Produce in the making, and the appends that have to be committed before it leaves, or with acks=1 only
/// flushed, where <c>flush.messages</c> promises that.
/// </summary>
internal sealed class ProduceAppend(short requiredAcks, PartitionLookup partitions, RequestContext context)
{
    private const short AllInSync = -1;
    private const short FirstWithLeader = 10;

    private List<Unacknowledged>? _waiting;

    /// <summary>The answer.</summary>
    public ProduceResponse Response { get; } = new();

    /// <summary>What a partition is answered that this broker does not lead: with who does, as far as the client understands that (KIP-951).</summary>
    public ProduceResponse.PartitionProduceResponse NotLeader(string topic, Uuid topicId, int index)
    {
        var response = new ProduceResponse.PartitionProduceResponse { Index = index, BaseOffset = -1 };
        Fail(response, ErrorCode.NotLeaderOrFollower);
        NameLeader(response, topic, topicId);
        return response;
    }

    /// <summary>Has the answer wait until an append may be acknowledged.</summary>
    public void Add(Partition partition, in AppendResult result, ProduceResponse.PartitionProduceResponse response)
    {
        if ((requiredAcks == AllInSync ? partition.HighWatermark : partition.Log.AcknowledgeableOffset) <= result.LastOffset)
        {
            (_waiting ??= []).Add(new(partition, result.LastOffset + 1, result.LeaderEpoch, response));
        }
    }

    /// <summary>Completes with the answer once all appends may be acknowledged, or have failed to be within the time.</summary>
    public ValueTask<ProduceResponse?> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _waiting is null ? ValueTask.FromResult<ProduceResponse?>(Response) : WaitAsync(_waiting, timeout, cancellationToken);

    private async ValueTask<ProduceResponse?> WaitAsync(
        List<Unacknowledged> waiting,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        // All wait at once: the time is that of the request and not of each partition.
        Task<ErrorCode>[] waits = [.. waiting.Select(each => WaitAsync(each, timeout, cancellationToken).AsTask())];
        for (int i = 0; i < waits.Length; i++)
        {
            ErrorCode code = await waits[i];
            if (code != ErrorCode.None)
            {
                Fail(waiting[i].Response, code);
                if (code == ErrorCode.NotLeaderOrFollower)
                {
                    NameLeader(waiting[i].Response, waiting[i].Partition.TopicPartition.Topic, waiting[i].Partition.TopicId);
                }
            }
        }

        return Response;
    }

    private static void Fail(ProduceResponse.PartitionProduceResponse response, ErrorCode code)
    {
        response.ErrorCode = code;
        response.ErrorMessage = ErrorCodes.Message(code);
    }

    private void NameLeader(ProduceResponse.PartitionProduceResponse response, string topic, Uuid topicId)
    {
        if (context.ApiVersion < FirstWithLeader || partitions.FindLeader(topic, topicId, response.Index) is not (int leader, int epoch))
        {
            return;
        }

        response.CurrentLeader = new() { LeaderId = leader, LeaderEpoch = epoch };
        if (Response.NodeEndpoints.TrueForAll(node => node.NodeId != leader) && partitions.FindNode(leader, context.Connection) is { } node)
        {
            Response.NodeEndpoints.Add(new() { NodeId = leader, Host = node.Host, Port = node.Port, Rack = node.Rack });
        }
    }

    private ValueTask<ErrorCode> WaitAsync(Unacknowledged append, TimeSpan timeout, CancellationToken cancellationToken) =>
        requiredAcks == AllInSync
            ? append.Partition.WaitUntilCommittedAsync(append.Offset, append.LeaderEpoch, timeout, cancellationToken)
            : append.Partition.WaitUntilFlushedAsync(append.Offset, append.LeaderEpoch, timeout, cancellationToken);

    private readonly record struct Unacknowledged(
        Partition Partition, long Offset, int LeaderEpoch, ProduceResponse.PartitionProduceResponse Response);
}
