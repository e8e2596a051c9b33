using Compat.Log.Configuration;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DeleteRecords, v0-2: moves the log start offset of partitions forward (KIP-107). -1 means up to the high watermark.
/// The records are gone for readers at once, and from the disk segment by segment. Answered when all replicas that are alive
/// have deleted them.
/// </summary>
public sealed class DeleteRecordsHandler : ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private readonly PartitionLookup _partitions;

    internal DeleteRecordsHandler(PartitionLookup partitions) => _partitions = partitions;

    /// <inheritdoc/>
    public override async ValueTask<DeleteRecordsResponse?> HandleAsync(DeleteRecordsRequest request, RequestContext context)
    {
        TimeSpan timeout = TimeSpan.FromMilliseconds(Math.Max(request.TimeoutMs, 0));
        var response = new DeleteRecordsResponse();
        foreach (DeleteRecordsRequest.DeleteRecordsTopic topic in request.Topics)
        {
            // All are deleted here before one is waited for: the time is that of the request.
            var deleting = topic.Partitions.ConvertAll(partition => DeleteAsync(topic.Name, partition, timeout, context.ConnectionClosed));
            response.Topics.Add(new() { Name = topic.Name });
            foreach (ValueTask<DeleteRecordsResponse.DeleteRecordsPartitionResult> each in deleting)
            {
                response.Topics[^1].Partitions.Add(await each);
            }
        }

        return response;
    }

    private async ValueTask<DeleteRecordsResponse.DeleteRecordsPartitionResult> DeleteAsync(
        string topic, DeleteRecordsRequest.DeleteRecordsPartition wanted, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = new DeleteRecordsResponse.DeleteRecordsPartitionResult { PartitionIndex = wanted.PartitionIndex, LowWatermark = -1 };
        result.ErrorCode = _partitions.Find(topic, wanted.PartitionIndex, out Partition? partition);
        if (partition is null)
        {
            return result;
        }

        (result.ErrorCode, long start) = Delete(partition, wanted.Offset);
        if (result.ErrorCode == ErrorCode.None && partition.LowWatermark < start)
        {
            result.ErrorCode = await partition.WaitUntilDeletedAsync(start, timeout, cancellation);
        }

        result.LowWatermark = result.ErrorCode == ErrorCode.None ? partition.LowWatermark : -1;
        return result;
    }

    private static (ErrorCode Code, long Start) Delete(Partition partition, long offset)
    {
        if (TopicName.IsInternal(partition.TopicPartition.Topic))
        {
            return (ErrorCode.InvalidTopicException, -1);
        }

        // Records of a topic that is only compacted go when others of their key come.
        LogConfig config = partition.Log.Config;
        return config.CleanupCompact && !config.CleanupDelete ? (ErrorCode.PolicyViolation, -1) : partition.DeleteRecordsBefore(offset);
    }
}
