using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// UpdateFeatures, v0-2: changes the levels of features, all that are named or none. v0 allows a downgrade by a flag, from v1
/// on by a type. Up to v1 the answer names every feature.
/// </summary>
public sealed class UpdateFeaturesHandler : ApiHandler<UpdateFeaturesRequest, UpdateFeaturesResponse>
{
    private readonly QuorumController _controller;

    internal UpdateFeaturesHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<UpdateFeaturesResponse?> HandleAsync(UpdateFeaturesRequest request, RequestContext context) =>
        await _controller.UpdateFeaturesAsync(request, context.ApiVersion, context.ConnectionClosed);
}
