using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>UnregisterController, v0: makes the cluster forget a controller that will not come back.</summary>
public sealed class UnregisterControllerHandler : ApiHandler<UnregisterControllerRequest, UnregisterControllerResponse>
{
    private readonly QuorumController _controller;

    internal UnregisterControllerHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<UnregisterControllerResponse?> HandleAsync(UnregisterControllerRequest request, RequestContext context) =>
        await _controller.UnregisterControllerAsync(request, context.ConnectionClosed);
}
