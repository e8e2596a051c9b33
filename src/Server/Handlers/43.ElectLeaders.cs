using Compat.Replication.Controller;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// ElectLeaders, v0-2: elects the preferred leader of partitions, from v1 on also an unclean one where there is none. A
/// partition that has such a leader already is answered with ELECTION_NOT_NEEDED, or not at all if all partitions were asked for.
/// </summary>
public sealed class ElectLeadersHandler : ApiHandler<ElectLeadersRequest, ElectLeadersResponse>
{
    private readonly QuorumController _controller;

    internal ElectLeadersHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<ElectLeadersResponse?> HandleAsync(ElectLeadersRequest request, RequestContext context) =>
        await _controller.ElectLeadersAsync(request, context.ConnectionClosed);
}
