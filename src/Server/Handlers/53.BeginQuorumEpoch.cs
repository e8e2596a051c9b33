using Compat.Replication.Quorum;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>BeginQuorumEpoch, v0-1: the leader of an epoch of the metadata quorum makes itself known to a voter (KIP-595).</summary>
public sealed class BeginQuorumEpochHandler : ApiHandler<BeginQuorumEpochRequest, BeginQuorumEpochResponse>
{
    private readonly IQuorumServer _quorum;

    internal BeginQuorumEpochHandler(IQuorumServer quorum) => _quorum = quorum;

    /// <inheritdoc/>
    public override async ValueTask<BeginQuorumEpochResponse?> HandleAsync(BeginQuorumEpochRequest request, RequestContext context) =>
        await _quorum.BeginQuorumEpochAsync(request, context.ApiVersion);
}
