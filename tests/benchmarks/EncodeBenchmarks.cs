using System.Buffers;
using BenchmarkDotNet.Attributes;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Benchmarks.Tests;

/// <summary>Answers, from objects to bytes in a buffer that is there.</summary>
[MemoryDiagnoser]
public class EncodeBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private readonly ProduceResponse _produce = new()
    {
        Responses =
        {
            new ProduceResponse.TopicProduceResponse
            {
                Name = EmbeddedBroker.Topic,
                PartitionResponses = { new ProduceResponse.PartitionProduceResponse { Index = 0, BaseOffset = 7 } },
            },
        },
    };

    private readonly FetchResponse _fetch = new()
    {
        Responses =
        {
            new FetchResponse.FetchableTopicResponse
            {
                Topic = EmbeddedBroker.Topic,
                Partitions = { new FetchResponse.PartitionData { PartitionIndex = 0, HighWatermark = 16, Records = Samples.Batch(16) } },
            },
        },
    };

    [Benchmark, Allocates(0)]
    public long EncodeProduce() => Encode(_produce, Samples.ProduceVersion);

    [Benchmark, Allocates(0)]
    public long EncodeFetchOf16KiB() => Encode(_fetch, Samples.FetchVersion);

    private long Encode<TResponse>(TResponse response, short version)
        where TResponse : IWireMessage<TResponse>
    {
        _output.ResetWrittenCount();
        var writer = new WireWriter(_output);
        response.Write(ref writer, version);
        writer.Flush();
        return _output.WrittenCount;
    }
}
