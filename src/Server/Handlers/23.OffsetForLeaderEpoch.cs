using Compat.Log.Epochs;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// OffsetForLeaderEpoch, v2-4: where the records of a leader epoch end, by which a client finds out whether records it has
/// read were lost with a leader (KIP-320). v3 names the replica that asks.
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
                Partitions = [.. topic.Partitions.Select(partition => Find(topic.Topic, partition))],
            });
        }

        return ValueTask.FromResult<OffsetForLeaderEpochResponse?>(response);
    }

    private OffsetForLeaderEpochResponse.EpochEndOffset Find(string topic, OffsetForLeaderEpochRequest.OffsetForLeaderPartition wanted)
    {
        ErrorCode code = _partitions.Find(topic, wanted.Partition, out Partition? partition);
        if (partition is not null)
        {
            code = partition.CheckLeaderEpoch(wanted.CurrentLeaderEpoch);
        }

        var result = new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = wanted.Partition, ErrorCode = code };
        if (code == ErrorCode.None)
        {
            EpochEndOffset end = partition!.Log.EndOffsetForEpoch(wanted.LeaderEpoch);
            result.LeaderEpoch = end.Epoch;
            result.EndOffset = end.EndOffset;
        }

        return result;
    }
}
