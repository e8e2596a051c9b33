using Compat.Log;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// ListOffsets, v1-11: finds offsets by time. v2 has the isolation level, v4 leader epochs (KIP-320), v7 the record with
/// the greatest timestamp (KIP-734), v8 the earliest local offset (KIP-405), v9 the latest one in remote storage
/// (KIP-1005), v10 the timeout, v11 the earliest offset that waits to be uploaded (KIP-1023). There is no remote storage here.
/// </summary>
public sealed class ListOffsetsHandler : ApiHandler<ListOffsetsRequest, ListOffsetsResponse>
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;
    private const long EarliestPendingUpload = -6;

    /// <summary>A tool that debugs: it sees what consumers do not.</summary>
    private const int DebuggingReplicaId = -2;
    private const int ConsumerReplicaId = -1;
    private const short FirstWithLeaderEpoch = 4;
    private const short FirstWithOffsetNotAvailable = 5;

    private readonly PartitionLookup _partitions;

    internal ListOffsetsHandler(PartitionLookup partitions) => _partitions = partitions;

    /// <inheritdoc/>
    public override ValueTask<ListOffsetsResponse?> HandleAsync(ListOffsetsRequest request, RequestContext context)
    {
        var response = new ListOffsetsResponse();
        HashSet<TopicPartition> duplicates = FindDuplicates(request);
        foreach (ListOffsetsRequest.ListOffsetsTopic topic in request.Topics)
        {
            var results = new ListOffsetsResponse.ListOffsetsTopicResponse { Name = topic.Name };
            response.Topics.Add(results);
            foreach (ListOffsetsRequest.ListOffsetsPartition partition in topic.Partitions)
            {
                (ErrorCode code, OffsetByTimestamp? found) = duplicates.Contains(new TopicPartition(topic.Name, partition.PartitionIndex))
                    ? (ErrorCode.InvalidRequest, null)
                    : Find(request, topic.Name, partition, context.ApiVersion);
                results.Partitions.Add(Describe(partition.PartitionIndex, code, found, context.ApiVersion));
            }
        }

        return ValueTask.FromResult<ListOffsetsResponse?>(response);
    }

    private (ErrorCode Code, OffsetByTimestamp? Found) Find(
        ListOffsetsRequest request, string topic, ListOffsetsRequest.ListOffsetsPartition wanted, short version)
    {
        if (wanted.Timestamp < 0 && version < FirstVersionOf(wanted.Timestamp))
        {
            return (ErrorCode.UnsupportedVersion, null);
        }

        ErrorCode code = _partitions.Find(topic, wanted.PartitionIndex, out Partition? partition);
        if (partition is not null)
        {
            code = partition.CheckLeaderEpoch(wanted.CurrentLeaderEpoch);
        }

        if (code != ErrorCode.None)
        {
            return (code, null);
        }

        // A broker of another version, or a tool, sees all there is; consumers see what is committed.
        PartitionLog log = partition!.Log;
        bool isConsumer = request.ReplicaId is ConsumerReplicaId or DebuggingReplicaId;
        bool isStale = isConsumer && partition.IsHighWatermarkStale;
        long bound = !isConsumer ? log.LogEndOffset : request.IsolationLevel == 1 ? log.LastStableOffset : log.HighWatermark;
        OffsetByTimestamp? found = Find(log, wanted.Timestamp, bound, partition.LeaderEpoch);

        // A new leader may not know yet what was committed before it: an end that goes back is worse than none (KIP-207).
        bool isBeyond = wanted.Timestamp == Latest || (found is null && wanted.Timestamp is >= 0 or MaxTimestamp);
        return isStale && isBeyond
            ? (version >= FirstWithOffsetNotAvailable ? ErrorCode.OffsetNotAvailable : ErrorCode.LeaderNotAvailable, null)
            : (ErrorCode.None, found);
    }

    private static OffsetByTimestamp? Find(PartitionLog log, long timestamp, long bound, int leaderEpoch)
    {
        switch (timestamp)
        {
            case Latest:
                return new OffsetByTimestamp(-1, bound, leaderEpoch);
            case Earliest or EarliestLocal:
                return log.EarliestOffset();
            case LatestTiered or EarliestPendingUpload:
                return new OffsetByTimestamp(-1, -1, -1);
            default:
                OffsetByTimestamp? found = timestamp == MaxTimestamp ? log.OffsetOfMaxTimestamp() : log.OffsetForTimestamp(timestamp);
                return found is { } each && each.Offset < bound ? each : null;
        }
    }

    private static int FirstVersionOf(long timestamp) => timestamp switch
    {
        Latest or Earliest => 1,
        MaxTimestamp => 7,
        EarliestLocal => 8,
        LatestTiered => 9,
        EarliestPendingUpload => 11,
        _ => int.MaxValue,
    };

    private static HashSet<TopicPartition> FindDuplicates(ListOffsetsRequest request)
    {
        var seen = new HashSet<TopicPartition>();
        var duplicates = new HashSet<TopicPartition>();
        foreach (ListOffsetsRequest.ListOffsetsTopic topic in request.Topics)
        {
            foreach (ListOffsetsRequest.ListOffsetsPartition partition in topic.Partitions)
            {
                var topicPartition = new TopicPartition(topic.Name, partition.PartitionIndex);
                if (!seen.Add(topicPartition))
                {
                    duplicates.Add(topicPartition);
                }
            }
        }

        return duplicates;
    }

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Describe(int index, ErrorCode code, OffsetByTimestamp? found, short version) => new()
    {
        PartitionIndex = index,
        ErrorCode = code,
        Timestamp = found?.Timestamp ?? -1,
        Offset = found?.Offset ?? -1,
        LeaderEpoch = version >= FirstWithLeaderEpoch ? found?.LeaderEpoch ?? -1 : -1,
    };
}
