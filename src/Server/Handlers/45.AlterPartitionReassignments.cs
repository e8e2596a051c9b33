using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// AlterPartitionReassignments, v0-1: begins to move partitions to other brokers, or with null in place of brokers goes back
/// (KIP-455). Every partition succeeds or fails by itself. From v1 on a request may insist on the number of replicas (KIP-860).
/// </summary>
public sealed class AlterPartitionReassignmentsHandler
    : ApiHandler<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>
{
    private readonly QuorumController _controller;

    internal AlterPartitionReassignmentsHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<AlterPartitionReassignmentsResponse?> HandleAsync(
        AlterPartitionReassignmentsRequest request, RequestContext context) =>
        await _controller.AlterPartitionReassignmentsAsync(request, context.ConnectionClosed);
}
