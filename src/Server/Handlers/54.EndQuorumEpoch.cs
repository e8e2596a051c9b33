using Compat.Replication.Quorum;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>EndQuorumEpoch, v0-1: the leader of an epoch of the metadata quorum steps down (KIP-595).</summary>
public sealed class EndQuorumEpochHandler : ApiHandler<EndQuorumEpochRequest, EndQuorumEpochResponse>
{
    private readonly IQuorumServer _quorum;

    internal EndQuorumEpochHandler(IQuorumServer quorum) => _quorum = quorum;

    /// <inheritdoc/>
    public override async ValueTask<EndQuorumEpochResponse?> HandleAsync(EndQuorumEpochRequest request, RequestContext context) =>
        await _quorum.EndQuorumEpochAsync(request, context.ApiVersion);
}
