using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>AssignReplicasToDirs, v0: a broker says in which of its log directories replicas are (KIP-858).</summary>
public sealed class AssignReplicasToDirsHandler : ApiHandler<AssignReplicasToDirsRequest, AssignReplicasToDirsResponse>
{
    private readonly QuorumController _controller;

    internal AssignReplicasToDirsHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<AssignReplicasToDirsResponse?> HandleAsync(AssignReplicasToDirsRequest request, RequestContext context) =>
        await _controller.AssignReplicasToDirsAsync(request, context.ConnectionClosed);
}
