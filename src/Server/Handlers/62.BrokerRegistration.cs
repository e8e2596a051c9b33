using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// BrokerRegistration, v0-4: registers the process of a broker, fenced, and gives it its epoch (KIP-631). From v2 on it names its
/// log directories (KIP-858), from v3 on how its former process ended (KIP-966).
/// </summary>
public sealed class BrokerRegistrationHandler : ApiHandler<BrokerRegistrationRequest, BrokerRegistrationResponse>
{
    private readonly QuorumController _controller;

    internal BrokerRegistrationHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<BrokerRegistrationResponse?> HandleAsync(BrokerRegistrationRequest request, RequestContext context) =>
        await _controller.RegisterBrokerAsync(request, context.ApiVersion, context.ConnectionClosed);
}
