using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DeleteTopics, v1-6: by name, from v6 on also by id. A topic is gone when the answer is there: its name can be used again,
/// and the topic of that name is another one with another id. Versions below 3 have no code for deletion being switched off.
/// </summary>
public sealed class DeleteTopicsHandler : ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    private readonly QuorumController _controller;

    internal DeleteTopicsHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<DeleteTopicsResponse?> HandleAsync(DeleteTopicsRequest request, RequestContext context) =>
        await _controller.DeleteTopicsAsync(request, context.ApiVersion, context.ConnectionClosed);
}
