using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>DescribeProducers, v0: which idempotent and transactional producers a partition remembers (KIP-664).</summary>
public sealed class DescribeProducersHandler : ApiHandler<DescribeProducersRequest, DescribeProducersResponse>
{
    private readonly PartitionLookup _partitions;

    internal DescribeProducersHandler(PartitionLookup partitions) => _partitions = partitions;

    /// <inheritdoc/>
    public override ValueTask<DescribeProducersResponse?> HandleAsync(DescribeProducersRequest request, RequestContext context)
    {
        var response = new DescribeProducersResponse();
        foreach (DescribeProducersRequest.TopicRequest topic in request.Topics)
        {
            response.Topics.Add(new()
            {
                Name = topic.Name,
                Partitions = [.. topic.PartitionIndexes.Select(index => Describe(topic.Name, index))],
            });
        }

        return ValueTask.FromResult<DescribeProducersResponse?>(response);
    }

    private DescribeProducersResponse.PartitionResponse Describe(string topic, int index)
    {
        Partition? partition = null;
        ErrorCode code = TopicName.IsValid(topic) ? _partitions.Find(topic, index, out partition) : ErrorCode.InvalidTopicException;
        if (partition is not null)
        {
            code = partition.CheckLeaderEpoch(-1);
        }

        return new()
        {
            PartitionIndex = index,
            ErrorCode = code,
            ErrorMessage = code == ErrorCode.None ? null : ErrorCodes.Message(code),
            ActiveProducers = code == ErrorCode.None ? [.. partition!.Log.ActiveProducers().Select(Describe)] : [],
        };
    }

    private static DescribeProducersResponse.ProducerState Describe(ProducerDescription producer) => new()
    {
        ProducerId = producer.ProducerId,
        ProducerEpoch = producer.ProducerEpoch,
        LastSequence = producer.LastSequence,
        LastTimestamp = producer.LastTimestamp,
        CoordinatorEpoch = producer.CoordinatorEpoch,
        CurrentTxnStartOffset = producer.TransactionStartOffset,
    };
}
