using Compat.Replication.Quorum;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>FetchSnapshot, v0-1: reads a piece of a snapshot of the metadata log (KIP-630).</summary>
public sealed class FetchSnapshotHandler : ApiHandler<FetchSnapshotRequest, FetchSnapshotResponse>
{
    private readonly IQuorumServer _quorum;

    internal FetchSnapshotHandler(IQuorumServer quorum) => _quorum = quorum;

    /// <inheritdoc/>
    public override async ValueTask<FetchSnapshotResponse?> HandleAsync(FetchSnapshotRequest request, RequestContext context) =>
        await _quorum.FetchSnapshotAsync(request, context.ApiVersion);
}
