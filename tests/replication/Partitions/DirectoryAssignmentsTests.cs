using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Replication.Peers;
using Compat.Replication.Tests.Quorum;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Partitions;

public sealed class DirectoryAssignmentsTests : IControllerChannel, IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private readonly LogManager _logs;
    private readonly PartitionRegistry _registry;
    private readonly DirectoryAssignments _assignments;
    private readonly List<AssignReplicasToDirsRequest> _told = [];
    private readonly Queue<ErrorCode> _answers = [];
    private MetadataImage _image = MetadataImage.Empty;

    public DirectoryAssignmentsTests()
    {
        var context = new LogContext(new MemoryStorage(_time), _time, new Random(5), NullLogger.Instance);
        _logs = LogManager.Open(context, new LogManagerOptions { LogDirs = ["/one", "/two"], ClusterId = "cluster", NodeId = 1 });
        _registry = new PartitionRegistry(
            new PartitionRegistryOptions(1, Id(1001)), _logs, (_, _) => LogConfig.Default, new RecordingIsrChanges(), _time, NullLogger<PartitionRegistry>.Instance);
        _assignments = new DirectoryAssignments(1, () => 10, _logs, this, _time);
    }

    [Fact]
    public async Task The_controller_is_told_once_the_broker_is_registered()
    {
        Apply([Broker(1), Broker(2), .. TopicOf("t", Id(1), 2, 1), .. TopicOf("theirs", Id(2), 1, 2)]);
        Assert.Equal((2, 0), (_assignments.UntoldCount, Told().Count));

        _assignments.Start();

        await Eventually.True(() => _assignments.UntoldCount == 0, "the controller is told");
        AssignReplicasToDirsRequest request = Assert.Single(Told());
        Assert.Equal((1, 10), (request.BrokerId, request.BrokerEpoch));
        Assert.Equal(_logs.Directories.Select(directory => directory.DirectoryId).Order(), request.Directories.Select(directory => directory.Id).Order());
        Assert.All(request.Directories, directory => Assert.Equal(Id(1), Assert.Single(directory.Topics).TopicId));
        foreach (AssignReplicasToDirsRequest.DirectoryData directory in request.Directories)
        {
            int partition = Assert.Single(directory.Topics[0].Partitions).PartitionIndex;
            Assert.Equal(directory.Id, _logs.DirectoryOf(new TopicPartition("t", partition))!.DirectoryId);
        }
    }

    [Fact]
    public async Task What_the_controller_did_not_take_is_told_again_after_a_pause()
    {
        _answers.Enqueue(ErrorCode.NotController);
        _assignments.Start();
        Apply([Broker(1), .. TopicOf("t", Id(1), 1, 1)]);
        await Eventually.True(() => Told().Count == 1, "a first attempt");

        await Eventually.True(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return _assignments.UntoldCount == 0;
            },
            "a second attempt");
        Assert.Equal(2, Told().Count);
    }

    [Fact]
    public async Task What_the_metadata_says_already_is_not_told()
    {
        _assignments.Start();
        Apply([Broker(1), .. TopicOf("t", Id(1), 1, 1)]);
        await Eventually.True(() => _assignments.UntoldCount == 0, "the controller is told");
        Uuid directory = _logs.DirectoryOf(new TopicPartition("t", 0))!.DirectoryId;

        Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Directories = [directory] }, 2));

        Assert.Equal((0, 1), (_assignments.UntoldCount, Told().Count));
    }

    public void Dispose()
    {
        _assignments.Dispose();
        _logs.Dispose();
    }

    private List<AssignReplicasToDirsRequest> Told()
    {
        lock (_told)
        {
            return [.. _told];
        }
    }

    ValueTask<PeerAnswer<TResponse>> IControllerChannel.SendAsync<TResponse>(PeerRequest<TResponse> request, CancellationToken cancellation)
    {
        lock (_told)
        {
            _told.Add((AssignReplicasToDirsRequest)(object)request.Build(request.MaxVersion));
            var response = new AssignReplicasToDirsResponse { ErrorCode = _answers.TryDequeue(out ErrorCode answer) ? answer : ErrorCode.None };
            return new(PeerAnswer<TResponse>.Of((TResponse)(object)response, request.MaxVersion));
        }
    }

    private void Apply(params IEnumerable<MetadataRecord> records)
    {
        var delta = new MetadataDelta(_image);
        foreach (MetadataRecord record in records)
        {
            delta.Replay(record);
        }
        _image = delta.Apply(new MetadataProvenance(_image.Provenance.LastContainedOffset + 1, 1, 0, true));
        _registry.OnMetadataUpdate(delta, _image);
        _assignments.OnMetadataUpdate(delta, _image);
    }
}
