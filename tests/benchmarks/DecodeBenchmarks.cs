using System.Buffers;
using BenchmarkDotNet.Attributes;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Benchmarks.Tests;

/// <summary>Requests, from the bytes of their bodies to objects.</summary>
[MemoryDiagnoser]
public class DecodeBenchmarks
{
    private readonly byte[] _produce = Encoded(Samples.Produce(Samples.Batch(16)), Samples.ProduceVersion);
    private readonly byte[] _fetch = Encoded(Samples.Fetch(partitions: 1), Samples.FetchVersion);
    private readonly byte[] _fetchOfMany = Encoded(Samples.Fetch(partitions: 100), Samples.FetchVersion);

    [Benchmark, Allocates(400)]
    public long DecodeProduce() => Decoded<ProduceRequest>(_produce, Samples.ProduceVersion).TopicData.Count;

    [Benchmark, Allocates(400)]
    public long DecodeFetch() => Decoded<FetchRequest>(_fetch, Samples.FetchVersion).Topics.Count;

    [Benchmark, Allocates(8400)]
    public long DecodeFetchOf100Partitions() => Decoded<FetchRequest>(_fetchOfMany, Samples.FetchVersion).Topics.Count;

    private static TRequest Decoded<TRequest>(byte[] bytes, short version)
        where TRequest : IWireMessage<TRequest>
    {
        var reader = new WireReader(bytes);
        return TRequest.Read(ref reader, version);
    }

    private static byte[] Encoded(IWireMessage message, short version)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        message.Write(ref writer, version);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
