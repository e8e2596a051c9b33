using System.Collections.Concurrent;
using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// BrokerHeartbeat, v0-2: hears that a broker lives and what it wants, and says whether it is fenced and may stop (KIP-631). From
/// v1 on it names the log directories that failed (KIP-858), from v2 on those that take no replicas (KIP-1066). When the
/// connection breaks the broker's process is taken to be gone.
/// </summary>
public sealed class BrokerHeartbeatHandler : ApiHandler<BrokerHeartbeatRequest, BrokerHeartbeatResponse>
{
    private readonly QuorumController _controller;
    private readonly ConcurrentDictionary<long, (int BrokerId, long BrokerEpoch)> _brokers = new();

    internal BrokerHeartbeatHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<BrokerHeartbeatResponse?> HandleAsync(BrokerHeartbeatRequest request, RequestContext context)
    {
        Watch(context, request.BrokerId, request.BrokerEpoch);
        return await _controller.HeartbeatBrokerAsync(request, context.Connection.Id, context.ConnectionClosed);
    }

    private void Watch(RequestContext context, int brokerId, long brokerEpoch)
    {
        long connectionId = context.Connection.Id;
        bool isNew = _brokers.TryAdd(connectionId, (brokerId, brokerEpoch));
        _brokers[connectionId] = (brokerId, brokerEpoch);
        if (isNew)
        {
            context.ConnectionClosed.UnsafeRegister(_ => Lose(connectionId), null);
        }
    }

    private void Lose(long connectionId)
    {
        if (_brokers.TryRemove(connectionId, out (int BrokerId, long BrokerEpoch) broker))
        {
            _ = _controller.ConnectionLostAsync(broker.BrokerId, broker.BrokerEpoch, connectionId).AsTask();
        }
    }
}
