using Compat.Replication.Brokers;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Replication.Tests.Controller;
using Compat.Replication.Tests.Quorum;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Time.Testing;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Brokers;

public sealed class BrokerProbeTests : IDisposable
{
    private readonly InMemoryCluster _cluster = new()
    {
        Bootstrap = [Feature("metadata.version", 33), Broker(1), Broker(2), Broker(3), Broker(4, fenced: true), .. TopicOf("t", Id(1), 1, 2, 3)],
    };

    private readonly MetadataLoader _loader;
    private readonly InMemoryQuorum _quorum;
    private readonly QuorumController _controller;

    public BrokerProbeTests()
    {
        _quorum = _cluster.Node(1);
        QuorumController? controller = null;
        _loader = new MetadataLoader(leader => controller!.OnLeaderChange(leader), _ => { });
        _controller = controller = new QuorumController(
            new ControllerOptions { NodeId = 1, ClusterId = "cluster" }, _quorum, _loader, new TestConfigs(), new FakeTimeProvider(), new Random(1));
        _quorum.Start(_loader);
        // The records of the bootstrap are there; now it begins as one that took over.
        _quorum.Resign(_quorum.Leader.Epoch);
    }

    public void Dispose() => _controller.Dispose();

    [Fact]
    public async Task Whoever_is_not_there_is_fenced_and_others_lead()
    {
        var peers = new SomePeers { Failures = { ["host2"] = PeerFailure.Unreachable } };
        await new BrokerProbe(_controller, peers, "PLAINTEXT").RunAsync(_loader.Image);
        Assert.Equal(["host2", "host3"], peers.Asked.Order());
        Assert.Equal([1, 3], _loader.Image.Cluster.Brokers.Values.Where(broker => !broker.Fenced).Select(broker => broker.Id));
        Assert.Equal(3, _loader.Image.Topics.Partition(new TopicPartition("t", 0))!.Leader);
    }

    [Theory]
    [InlineData(PeerFailure.None)]
    [InlineData(PeerFailure.TimedOut)]
    [InlineData(PeerFailure.Disconnected)]
    [InlineData(PeerFailure.UnsupportedVersion)]
    public async Task Whoever_may_be_there_keeps_its_session(PeerFailure failure)
    {
        var peers = new SomePeers { Failures = { ["host2"] = failure } };
        await new BrokerProbe(_controller, peers, "PLAINTEXT").RunAsync(_loader.Image);
        Assert.True(_loader.Image.Cluster.IsActive(2));
    }

    [Fact]
    public async Task Whoever_was_heard_of_meanwhile_is_not_fenced()
    {
        var peers = new SomePeers { Failures = { ["host2"] = PeerFailure.Unreachable } };
        MetadataImage image = _loader.Image;
        await _controller.HeartbeatBrokerAsync(new() { BrokerId = 2, BrokerEpoch = 10, CurrentMetadataOffset = 100 }, 5);
        await new BrokerProbe(_controller, peers, "PLAINTEXT").RunAsync(image);
        Assert.True(_loader.Image.Cluster.IsActive(2));
    }

    [Fact]
    public async Task Whoever_has_no_such_listener_is_not_looked_for()
    {
        var peers = new SomePeers();
        await new BrokerProbe(_controller, peers, "INTERNAL").RunAsync(_loader.Image);
        Assert.Empty(peers.Asked);
    }

    private sealed class SomePeers : IPeers
    {
        public Dictionary<string, PeerFailure> Failures { get; } = [];

        public List<string> Asked { get; } = [];

        public IPeerConnection Open(BrokerEndpoint endpoint, IPeerObserver? observer = null)
        {
            Asked.Add(endpoint.Host);
            return new SomePeer(endpoint, Failures.GetValueOrDefault(endpoint.Host));
        }
    }

    private sealed class SomePeer(BrokerEndpoint endpoint, PeerFailure failure) : IPeerConnection
    {
        public BrokerEndpoint Endpoint => endpoint;

        public bool IsConnected => false;

        public ValueTask<PeerAnswer<TResponse>> SendAsync<TResponse>(PeerRequest<TResponse> request, CancellationToken cancellation = default)
            where TResponse : class, IWireMessage<TResponse> => new(failure == PeerFailure.None
                ? PeerAnswer<TResponse>.Of((TResponse)(object)new ApiVersionsResponse(), 4)
                : PeerAnswer<TResponse>.Failed(failure, "as the test says"));

        public ValueTask DisposeAsync() => default;
    }
}
