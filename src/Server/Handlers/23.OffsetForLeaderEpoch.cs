using Compat.Log.Epochs;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// OffsetForLeaderEpoch, v2-4: where the records of a leader epoch end, by which a client finds out whether records it has
/// read were lost with a leader (KIP-320). v3 names the replica that asks. A client that knows a later epoch than a leader
/// which may have been replaced is sent to look for the leader, not told that its records are gone.
/// </summary>
public sealed class OffsetForLeaderEpochHandler : ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    private readonly PartitionLookup _partitions;

    internal OffsetForLeaderEpochHandler(PartitionLookup partitions) => _partitions = partitions;

    /// <inheritdoc/>
    public override ValueTask<OffsetForLeaderEpochResponse?> HandleAsync(OffsetForLeaderEpochRequest request, RequestContext context)
    {
        var response = new OffsetForLeaderEpochResponse();
        foreach (OffsetForLeaderEpochRequest.OffsetForLeaderTopic topic in request.Topics)
        {
            response.Topics.Add(new()
            {
                Topic = topic.Topic,
                Partitions = [.. topic.Partitions.Select(partition => Find(topic.Topic, partition, isClient: request.ReplicaId < 0))],
            });
        }

        return ValueTask.FromResult<OffsetForLeaderEpochResponse?>(response);
    }

    private OffsetForLeaderEpochResponse.EpochEndOffset Find(
        string topic, OffsetForLeaderEpochRequest.OffsetForLeaderPartition wanted, bool isClient)
    {
        ErrorCode code = _partitions.Find(topic, wanted.Partition, out Partition? partition);
        if (partition is not null)
        {
            code = partition.CheckLeaderEpoch(wanted.CurrentLeaderEpoch);
        }

        var result = new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = wanted.Partition, ErrorCode = code };
        if (code != ErrorCode.None)
        {
            return result;
        }

        EpochEndOffset end = partition!.Log.EndOffsetForEpoch(wanted.LeaderEpoch);
        if (isClient && end == EpochEndOffset.Unknown && !partition.IsSureToLead)
        {
            result.ErrorCode = ErrorCode.NotLeaderOrFollower;
        }
        else
        {
            result.LeaderEpoch = end.Epoch;
            result.EndOffset = end.EndOffset;
        }

        return result;
    }
}
