using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// AlterPartition, v2-3: the leader of partitions says which replicas are in sync (KIP-497). From v3 on it names the epochs of
/// their brokers, so that a former process of one is refused (KIP-903).
/// </summary>
public sealed class AlterPartitionHandler : ApiHandler<AlterPartitionRequest, AlterPartitionResponse>
{
    private readonly QuorumController _controller;

    internal AlterPartitionHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<AlterPartitionResponse?> HandleAsync(AlterPartitionRequest request, RequestContext context) =>
        await _controller.AlterPartitionAsync(request, context.ConnectionClosed);
}
