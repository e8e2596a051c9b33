using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire.Messages;

namespace Compat.Replication.Brokers;

/// <summary>
/// Looks for the brokers that a new controller only supposes to live. Those that do send it a heartbeat at once; where nobody
/// listens the process is gone, perhaps with the former controller, and its leaderships need not wait for its session to end.
/// </summary>
public sealed class BrokerProbe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly QuorumController _controller;
    private readonly IPeers _peers;
    private readonly string _listenerName;

    /// <summary>Makes a probe.</summary>
    /// <param name="controller">This node's controller, which is told who was not found.</param>
    /// <param name="peers">The other nodes.</param>
    /// <param name="listenerName">inter.broker.listener.name: the listener that brokers have for other nodes.</param>
    public BrokerProbe(QuorumController controller, IPeers peers, string listenerName)
    {
        _controller = controller;
        _peers = peers;
        _listenerName = listenerName;
    }

    /// <summary>Looks for all brokers but this node's own that are not fenced. Completes when each is found or was given up.</summary>
    public Task RunAsync(MetadataImage image) => Task.WhenAll(image.Cluster.Brokers.Values
        .Where(broker => !broker.Fenced && broker.Id != _controller.NodeId)
        .Select(LookForAsync));

    private async Task LookForAsync(BrokerRegistration broker)
    {
        if (broker.Endpoint(_listenerName) is not { } endpoint)
        {
            return;
        }
        await using IPeerConnection connection = _peers.Open(endpoint);
        using PeerAnswer<ApiVersionsResponse> answer = await connection.SendAsync(
            PeerRequest.Of(new ApiVersionsRequest { ClientSoftwareName = "compat", ClientSoftwareVersion = "1" }, Timeout)).ConfigureAwait(false);
        if (answer.Failure == PeerFailure.Unreachable)
        {
            await _controller.BrokerNotFoundAsync(broker.Id, broker.Epoch).ConfigureAwait(false);
        }
    }
}
