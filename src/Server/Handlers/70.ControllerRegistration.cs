using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>ControllerRegistration, v0: a controller says where it listens and which features it supports (KIP-919).</summary>
public sealed class ControllerRegistrationHandler : ApiHandler<ControllerRegistrationRequest, ControllerRegistrationResponse>
{
    private readonly QuorumController _controller;

    internal ControllerRegistrationHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<ControllerRegistrationResponse?> HandleAsync(
        ControllerRegistrationRequest request, RequestContext context) =>
        await _controller.RegisterControllerAsync(request, context.ConnectionClosed);
}
