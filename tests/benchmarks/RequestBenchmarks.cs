using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using BenchmarkDotNet.Attributes;
using Compat.Log;
using Compat.Server.Handlers;
using Compat.Server.Transport;
using Compat.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Benchmarks.Tests;

/// <summary>
/// Requests on their whole way through an embedded broker, from their bytes to those of their answers. A connection carries
/// many, and what it takes itself is spread over them.
/// </summary>
[MemoryDiagnoser]
public class RequestBenchmarks
{
    private const int RequestsAConnection = 200;
    private const int BytesUntilCut = 32 << 20;

    private readonly ConnectionInfo _info = new(1, "PLAINTEXT", new(IPAddress.Loopback, 9092), new(IPAddress.Loopback, 1));
    private EmbeddedBroker _broker = null!;
    private RequestDispatcher _dispatcher = null!;
    private PartitionLog _log = null!;
    private byte[] _produceOfOne = null!;
    private byte[] _produceOfMany = null!;
    private byte[] _fetch = null!;
    private byte[] _commit = null!;

    [GlobalSetup]
    public async Task StartAsync()
    {
        _broker = await EmbeddedBroker.StartAsync();
        _dispatcher = new RequestDispatcher(ApiHandlerList.Create(_broker.Parts), TimeProvider.System, _broker.Parts.Owed);
        _produceOfOne = Frame(ApiKey.Produce, Samples.ProduceVersion, Samples.Produce(Samples.Batch(1), _broker.TopicId));
        _produceOfMany = Frame(ApiKey.Produce, Samples.ProduceVersion, Samples.Produce(Samples.Batch(100), _broker.TopicId));
        _fetch = Frame(ApiKey.Fetch, Samples.FetchVersion, Samples.Fetch(partitions: 1, _broker.TopicId));
        _commit = Frame(ApiKey.OffsetCommit, Samples.CommitVersion, Samples.Commit());
        _log = _broker.Log;
        _broker.Append(Samples.Batch(16));
    }

    [GlobalCleanup]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [Benchmark(OperationsPerInvoke = RequestsAConnection), Allocates(1100)]
    public long Produce1Record() => Carry(_produceOfOne);

    [Benchmark(OperationsPerInvoke = RequestsAConnection), Allocates(1100)]
    public long Produce100Records() => Carry(_produceOfMany);

    [Benchmark(OperationsPerInvoke = RequestsAConnection), Allocates(2400)]
    public long Fetch16KiB() => Carry(_fetch);

    [Benchmark(OperationsPerInvoke = RequestsAConnection), Allocates(2100)]
    public long CommitAnOffset() => Carry(_commit);

    private long Carry(byte[] frame)
    {
        // The file keeps its memory, so that it does not grow for ever and not anew.
        if (_log.Size > BytesUntilCut)
        {
            _log.TruncateTo(0);
        }

        var channel = new ReplayChannel(frame, RequestsAConnection);
        var connection = new Connection(channel, _info, int.MaxValue, _dispatcher, TimeProvider.System, NullLogger.Instance);
        Task served = connection.RunAsync();
        if (!served.IsCompletedSuccessfully || channel.Answered <= RequestsAConnection)
        {
            throw new InvalidOperationException("something was handed to another thread, or not answered");
        }

        return channel.Answered;
    }

    private static byte[] Frame(ApiKey key, short version, IWireMessage request)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteInt32(0);
        new RequestHeader(key, version, 1, "client").Write(ref writer);
        request.Write(ref writer, version);
        writer.Flush();
        byte[] frame = output.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - sizeof(int));
        return frame;
    }
}
