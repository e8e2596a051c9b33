using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// AlterConfigs, v0-2: replaces all settings of each resource; what a request does not name is removed. Superseded by
/// IncrementalAlterConfigs (KIP-339). One result for each resource; a resource changes as a whole or not at all.
/// </summary>
public sealed class AlterConfigsHandler : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    private readonly QuorumController _controller;

    /// <summary>Has a controller decide.</summary>
    public AlterConfigsHandler(QuorumController controller)
    {
        _controller = controller;
    }

    /// <inheritdoc/>
    public override async ValueTask<AlterConfigsResponse?> HandleAsync(AlterConfigsRequest request, RequestContext context) =>
        await _controller.AlterConfigsAsync(request, context.ConnectionClosed);
}
