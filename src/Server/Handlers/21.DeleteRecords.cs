using Compat.Log.Configuration;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DeleteRecords, v0-2: moves the log start offset of partitions forward (KIP-107). -1 means up to the high watermark.
/// The records are gone for readers at once, and from the disk segment by segment.
/// </summary>
public sealed class DeleteRecordsHandler : ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private readonly PartitionLookup _partitions;

    internal DeleteRecordsHandler(PartitionLookup partitions) => _partitions = partitions;

    /// <inheritdoc/>
    public override ValueTask<DeleteRecordsResponse?> HandleAsync(DeleteRecordsRequest request, RequestContext context)
    {
        var response = new DeleteRecordsResponse();
        foreach (DeleteRecordsRequest.DeleteRecordsTopic topic in request.Topics)
        {
            response.Topics.Add(new()
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(partition => Delete(topic.Name, partition.PartitionIndex, partition.Offset))],
            });
        }

        return ValueTask.FromResult<DeleteRecordsResponse?>(response);
    }

    private DeleteRecordsResponse.DeleteRecordsPartitionResult Delete(string topic, int index, long offset)
    {
        ErrorCode code = _partitions.Find(topic, index, out Partition? partition);
        long start = -1;
        if (partition is not null)
        {
            (code, start) = Delete(partition, offset);
        }

        return new() { PartitionIndex = index, ErrorCode = code, LowWatermark = start };
    }

    private static (ErrorCode Code, long Start) Delete(Partition partition, long offset)
    {
        if (TopicName.IsInternal(partition.TopicPartition.Topic))
        {
            return (ErrorCode.InvalidTopicException, -1);
        }

        // Records of a topic that is only compacted go when others of their key come.
        LogConfig config = partition.Log.Config;
        return config.CleanupCompact && !config.CleanupDelete ? (ErrorCode.PolicyViolation, -1) : partition.Log.DeleteRecordsBefore(offset);
    }
}
