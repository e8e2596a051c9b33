using BenchmarkDotNet.Attributes;
using Compat.Coordination.Groups;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Benchmarks.Tests;

/// <summary>Turns of the group coordinator in an embedded broker: one that appends a record, and one that only reads.</summary>
[MemoryDiagnoser]
public class CoordinatorBenchmarks
{
    private readonly OffsetCommitRequest _commit = Samples.Commit();
    private readonly OffsetFetchRequest.OffsetFetchRequestGroup _fetch = new()
    {
        GroupId = EmbeddedBroker.Group,
        Topics = [new OffsetFetchRequest.OffsetFetchRequestTopics { Name = EmbeddedBroker.Topic, PartitionIndexes = [0] }],
    };

    private readonly GroupRequestContext _context = new(Samples.CommitVersion, "client", "/127.0.0.1");
    private EmbeddedBroker _broker = null!;

    [GlobalSetup]
    public async Task StartAsync()
    {
        _broker = await EmbeddedBroker.StartAsync();
        CommitAnOffset();
    }

    [GlobalCleanup]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [Benchmark, Allocates(1000)]
    public long CommitAnOffset()
    {
        OffsetCommitResponse response = Completed(_broker.Parts.Groups.CommitOffsetsAsync(_commit, _context));
        ErrorCode error = response.Topics[0].Partitions[0].ErrorCode;
        return error == ErrorCode.None ? 0 : throw new InvalidOperationException($"{error}");
    }

    [Benchmark, Allocates(400)]
    public long FetchAnOffset() =>
        Completed(_broker.Parts.Groups.FetchOffsetsAsync(_fetch, requireStable: true)).Topics[0].Partitions[0].CommittedOffset;

    private static T Completed<T>(ValueTask<T> task) =>
        task.IsCompletedSuccessfully ? task.Result : throw new InvalidOperationException("something was handed to another thread");
}
