using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>AllocateProducerIds, v0: gives a broker a block of producer ids that no other has (KIP-730).</summary>
public sealed class AllocateProducerIdsHandler : ApiHandler<AllocateProducerIdsRequest, AllocateProducerIdsResponse>
{
    private readonly QuorumController _controller;

    internal AllocateProducerIdsHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<AllocateProducerIdsResponse?> HandleAsync(AllocateProducerIdsRequest request, RequestContext context) =>
        await _controller.AllocateProducerIdsAsync(request, context.ConnectionClosed);
}
