using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// CreatePartitions, v0-3: adds partitions to topics; the request names the new total. Every topic succeeds or fails by
/// itself, and the new partitions can be written to when the answer is there.
/// </summary>
public sealed class CreatePartitionsHandler : ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    private readonly QuorumController _controller;

    internal CreatePartitionsHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<CreatePartitionsResponse?> HandleAsync(CreatePartitionsRequest request, RequestContext context) =>
        await _controller.CreatePartitionsAsync(request, context.ConnectionClosed);
}
