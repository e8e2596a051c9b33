using System.Runtime.InteropServices;
using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Server.Producing;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Handlers;

/// <summary>
/// Produce, v3-13: appends one record batch to each partition. acks 0: no answer, and an error closes the connection;
/// 1: answered once written, and flushed where flush.messages promises that; -1: once committed. Advertised from 0,
/// because librdkafka before 2.11.1 does not compress otherwise (KAFKA-18659). v7 allows zstd, v8 adds the errors of
/// single records (KIP-467), v10 the new leader (KIP-951), v13 names topics by id (KIP-516). Transactional batches are
/// refused.
/// </summary>
public sealed class ProduceHandler : ApiHandler<ProduceRequest, ProduceResponse>
{
    /// <summary>Kafka's own admin client may write to internal topics.</summary>
    private const string AdminClientId = "__admin_client";

    private const short FirstWithTopicIds = 13;

    private readonly PartitionLookup _partitions;

    internal ProduceHandler(PartitionLookup partitions) => _partitions = partitions;

    /// <inheritdoc/>
    public override ValueTask<ProduceResponse?> HandleAsync(ProduceRequest request, RequestContext context)
    {
        var append = new ProduceAppend(request.Acks, _partitions, context);
        foreach (ProduceRequest.TopicProduceData topic in request.TopicData)
        {
            var results = new ProduceResponse.TopicProduceResponse
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                PartitionResponses = new(topic.PartitionData.Count),
            };
            append.Response.Responses.Add(results);
            foreach (ProduceRequest.PartitionProduceData data in topic.PartitionData)
            {
                results.PartitionResponses.Add(Append(request, topic, data, context, append));
            }
        }

        return request.Acks switch
        {
            0 => CompleteWithoutAnswer(append.Response, context),
            _ => append.WaitAsync(TimeSpan.FromMilliseconds(Math.Max(request.TimeoutMs, 0)), context.ConnectionClosed),
        };
    }

    private ProduceResponse.PartitionProduceResponse Append(
        ProduceRequest request, ProduceRequest.TopicProduceData topic, ProduceRequest.PartitionProduceData data, RequestContext context, ProduceAppend append)
    {
        ErrorCode found = context.ApiVersion >= FirstWithTopicIds
            ? _partitions.Find(topic.TopicId, data.Index, out Partition? partition)
            : _partitions.Find(topic.Name, data.Index, out partition);
        if (found is not (ErrorCode.None or ErrorCode.NotLeaderOrFollower))
        {
            return Failed(data.Index, found, null);
        }

        ErrorCode code = ProduceChecks.Check(data.Records.Memory, context.ApiVersion, out ReadOnlyMemory<byte> batch, out string? message);
        if (code != ErrorCode.None)
        {
            return Failed(data.Index, code, message);
        }

        if (request.Acks is not (0 or 1 or -1))
        {
            return Failed(data.Index, ErrorCode.InvalidRequiredAcks, null);
        }

        if (partition is null)
        {
            return append.NotLeader(topic.Name, topic.TopicId, data.Index);
        }

        if (TopicName.IsInternal(partition.TopicPartition.Topic) && context.ClientId != AdminClientId)
        {
            return Failed(data.Index, ErrorCode.InvalidTopicException, $"{partition.TopicPartition.Topic} is an internal topic");
        }

        // The frame is ours until the answer is encoded, so offsets and epoch are written into it in place.
        AppendResult result = partition.AppendAsLeader(MemoryMarshal.AsMemory(batch), request.Acks, AppendOrigin.Client);
        ProduceResponse.PartitionProduceResponse response = Describe(data.Index, result);
        if (result.ErrorCode == ErrorCode.NotLeaderOrFollower)
        {
            return append.NotLeader(topic.Name, topic.TopicId, data.Index);
        }

        if (result.ErrorCode == ErrorCode.None && request.Acks != 0)
        {
            append.Add(partition, result, response);
        }

        return response;
    }

    private static ValueTask<ProduceResponse?> CompleteWithoutAnswer(ProduceResponse response, RequestContext context)
    {
        foreach (ProduceResponse.TopicProduceResponse topic in response.Responses)
        {
            foreach (ProduceResponse.PartitionProduceResponse partition in topic.PartitionResponses)
            {
                if (partition.ErrorCode != ErrorCode.None)
                {
                    // The only way to tell a client that waits for no answer: it will ask for metadata when it is back.
                    context.CloseConnection($"it produced with acks=0 to {topic.Name}-{partition.Index}, which failed with {partition.ErrorCode}");
                    return default;
                }
            }
        }

        return default;
    }

    private static ProduceResponse.PartitionProduceResponse Describe(int index, in AppendResult result)
    {
        var response = new ProduceResponse.PartitionProduceResponse
        {
            Index = index,
            ErrorCode = result.ErrorCode,
            ErrorMessage = result.ErrorMessage,
            BaseOffset = result.FirstOffset,
            LogAppendTimeMs = result.LogAppendTimeMs,
            LogStartOffset = result.LogStartOffset,
        };
        foreach (RecordError error in result.RecordErrors ?? [])
        {
            response.RecordErrors.Add(new() { BatchIndex = error.BatchIndex, BatchIndexErrorMessage = error.Message });
        }

        return response;
    }

    private static ProduceResponse.PartitionProduceResponse Failed(int index, ErrorCode code, string? message) =>
        new() { Index = index, ErrorCode = code, ErrorMessage = message ?? ErrorCodes.Message(code), BaseOffset = -1 };
}
