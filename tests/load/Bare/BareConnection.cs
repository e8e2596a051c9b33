using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Bare;

/// <summary>One client: a thread that receives, works and answers, one request after another.</summary>
internal sealed class BareConnection
{
    private const int NodeId = 1;
    private static readonly (ApiKey Key, short Min, short Max)[] Versions =
    [
        (ApiKey.Produce, 3, 9), (ApiKey.Fetch, 4, 11), (ApiKey.ListOffsets, 1, 5), (ApiKey.Metadata, 0, 9),
        (ApiKey.FindCoordinator, 0, 2), (ApiKey.ApiVersions, 0, 3),
    ];

    private readonly BareServer _server;
    private readonly Socket _socket;
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private byte[] _frame = new byte[2 * 1024 * 1024];

    public BareConnection(BareServer server, Socket socket)
    {
        _server = server;
        _socket = socket;
    }

    public void Run()
    {
        try
        {
            while (_socket.TryReceiveAll(_frame.AsSpan(0, sizeof(int))))
            {
                var size = BinaryPrimitives.ReadInt32BigEndian(_frame);
                if (_frame.Length < size)
                {
                    _frame = new byte[size];
                }

                if (!_socket.TryReceiveAll(_frame.AsSpan(0, size)))
                {
                    return;
                }

                Carry(_frame.AsMemory(0, size));
            }
        }
        catch (SocketException)
        {
            // The client has gone.
        }
        finally
        {
            _socket.Dispose();
        }
    }

    private void Carry(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        var header = RequestHeader.Read(ref reader);
        switch (header.Key)
        {
            case ApiKey.Produce:
                Produce(ProduceRequest.Read(ref reader, header.Version), header);
                break;
            case ApiKey.Fetch:
                Fetch(FetchRequest.Read(ref reader, header.Version), header);
                break;
            case ApiKey.ListOffsets:
                Send(ListOffsets(ListOffsetsRequest.Read(ref reader, header.Version)), header);
                break;
            case ApiKey.Metadata:
                Send(Metadata(MetadataRequest.Read(ref reader, header.Version)), header);
                break;
            case ApiKey.FindCoordinator:
                Send(new FindCoordinatorResponse { NodeId = NodeId, Host = "127.0.0.1", Port = _server.Port }, header);
                break;
            case ApiKey.ApiVersions:
                Send(ApiVersions(header.Version), header);
                break;
            default:
                _socket.Close();
                break;
        }
    }

    private static ApiVersionsResponse ApiVersions(short version)
    {
        var response = new ApiVersionsResponse { ErrorCode = version > 3 ? ErrorCode.UnsupportedVersion : ErrorCode.None };
        foreach (var (key, min, max) in Versions)
        {
            response.ApiKeys.Add(new() { ApiKey = (short)key, MinVersion = min, MaxVersion = max });
        }

        return response;
    }

    private MetadataResponse Metadata(MetadataRequest request)
    {
        var response = new MetadataResponse { ControllerId = NodeId, ClusterId = "bare" };
        response.Brokers.Add(new() { NodeId = NodeId, Host = "127.0.0.1", Port = _server.Port });
        foreach (var topic in request.Topics ?? [])
        {
            var described = new MetadataResponse.MetadataResponseTopic { Name = topic.Name };
            for (var partition = 0; partition < _server.Partitions; partition++)
            {
                described.Partitions.Add(new() { PartitionIndex = partition, LeaderId = NodeId, ReplicaNodes = [NodeId], IsrNodes = [NodeId] });
            }

            response.Topics.Add(described);
        }

        return response;
    }

    private void Produce(ProduceRequest request, RequestHeader header)
    {
        var response = new ProduceResponse();
        foreach (var topic in request.TopicData)
        {
            var results = new ProduceResponse.TopicProduceResponse { Name = topic.Name };
            response.Responses.Add(results);
            foreach (var data in topic.PartitionData)
            {
                var batch = MemoryMarshal.AsMemory(data.Records.Memory).Span;
                results.PartitionResponses.Add(new() { Index = data.Index, BaseOffset = _server.FindOrAdd(topic.Name, data.Index).Append(batch) });
            }
        }

        if (request.Acks != 0)
        {
            Send(response, header);
        }
    }

    /// <summary>Answers with what there is, or when there is more, or after the longest wait. Looks at the first partition only when it waits.</summary>
    private void Fetch(FetchRequest request, RequestHeader header)
    {
        var topic = request.Topics.FirstOrDefault();
        var wait = new BareWait(request.MaxWaitMs, () => Answer(request, header));
        if (topic is null || topic.Partitions is not [var first, ..]
            || _server.Find(topic.Topic, first.Partition)?.TryWait(first.FetchOffset, wait) != true)
        {
            wait.End();
        }
    }

    private void Answer(FetchRequest request, RequestHeader header)
    {
        try
        {
            Send(Read(request), header);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client, or the server with its files, has gone while the fetch waited.
        }
    }

    private FetchResponse Read(FetchRequest request)
    {
        var response = new FetchResponse();
        foreach (var topic in request.Topics)
        {
            var results = new FetchResponse.FetchableTopicResponse { Topic = topic.Topic };
            response.Responses.Add(results);
            foreach (var partition in topic.Partitions)
            {
                var log = _server.Find(topic.Topic, partition.Partition);
                var end = log?.NextOffset ?? 0;
                results.Partitions.Add(new()
                {
                    PartitionIndex = partition.Partition,
                    HighWatermark = end,
                    LastStableOffset = end,
                    LogStartOffset = 0,
                    Records = log?.Read(partition.FetchOffset, partition.PartitionMaxBytes) ?? [],
                });
            }
        }

        return response;
    }

    private ListOffsetsResponse ListOffsets(ListOffsetsRequest request)
    {
        const long Earliest = -2;
        var response = new ListOffsetsResponse();
        foreach (var topic in request.Topics)
        {
            var results = new ListOffsetsResponse.ListOffsetsTopicResponse { Name = topic.Name };
            response.Topics.Add(results);
            foreach (var partition in topic.Partitions)
            {
                var offset = partition.Timestamp == Earliest ? 0 : _server.Find(topic.Name, partition.PartitionIndex)?.NextOffset ?? 0;
                results.Partitions.Add(new() { PartitionIndex = partition.PartitionIndex, Offset = offset });
            }
        }

        return response;
    }

    /// <summary>Sends an answer from whichever thread has it.</summary>
    private void Send<TResponse>(TResponse response, RequestHeader header)
        where TResponse : IWireMessage<TResponse>
    {
        lock (_output)
        {
            _output.ResetWrittenCount();
            var writer = new WireWriter(_output);
            writer.WriteInt32(0);
            new ResponseHeader(header.CorrelationId).Write(ref writer, header.Key, header.Version);
            response.Write(ref writer, header.Version);
            writer.Flush();
            MemoryMarshal.TryGetArray(_output.WrittenMemory, out var frame);
            BinaryPrimitives.WriteInt32BigEndian(frame.Array, frame.Count - sizeof(int));
            _socket.SendAll(frame);
        }
    }
}
