using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// CreateTopics, v2-7: every topic of the request succeeds or fails by itself, and one that succeeds can be written to when
/// the answer is there. From v4 on -1 leaves the number of partitions and replicas to the broker, from v5 on the answer names
/// the configurations, from v7 on the topic's id.
/// </summary>
public sealed class CreateTopicsHandler : ApiHandler<CreateTopicsRequest, CreateTopicsResponse>
{
    private readonly QuorumController _controller;

    internal CreateTopicsHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<CreateTopicsResponse?> HandleAsync(CreateTopicsRequest request, RequestContext context) =>
        await _controller.CreateTopicsAsync(request, context.ConnectionClosed);
}
