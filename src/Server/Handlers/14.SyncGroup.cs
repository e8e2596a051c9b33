using Compat.Coordination.Groups;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// SyncGroup, v0-5: brings the leader's assignment and hands every member its part, answered when there is one. v5 names the
/// protocol, so that a member that thinks it is in another group finds out (KIP-559).
/// </summary>
public sealed class SyncGroupHandler(GroupCoordinator groups) : ApiHandler<SyncGroupRequest, SyncGroupResponse>
{
    /// <inheritdoc/>
    public override ValueTask<SyncGroupResponse?> HandleAsync(SyncGroupRequest request, RequestContext context) =>
        groups.SyncGroupAsync(request, context.ForGroups())!;
}
