using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>UnregisterBroker, v0: makes the cluster forget a broker that will not come back (KIP-631).</summary>
public sealed class UnregisterBrokerHandler : ApiHandler<UnregisterBrokerRequest, UnregisterBrokerResponse>
{
    private readonly QuorumController _controller;

    internal UnregisterBrokerHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<UnregisterBrokerResponse?> HandleAsync(UnregisterBrokerRequest request, RequestContext context) =>
        await _controller.UnregisterBrokerAsync(request, context.ConnectionClosed);
}
