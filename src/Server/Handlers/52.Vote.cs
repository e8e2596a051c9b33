using Compat.Replication.Quorum;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>Vote, v0-2: asks a voter of the metadata quorum for its vote (KIP-595), from v1 on with directory ids (KIP-853), in v2 also whether there would be one (KIP-996).</summary>
public sealed class VoteHandler : ApiHandler<VoteRequest, VoteResponse>
{
    private readonly IQuorumServer _quorum;

    internal VoteHandler(IQuorumServer quorum) => _quorum = quorum;

    /// <inheritdoc/>
    public override async ValueTask<VoteResponse?> HandleAsync(VoteRequest request, RequestContext context) =>
        await _quorum.VoteAsync(request, context.ApiVersion);
}
