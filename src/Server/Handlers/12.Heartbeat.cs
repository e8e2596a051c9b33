using Compat.Coordination.Groups;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>Heartbeat, v0-4: keeps a member of a classic group in it and tells whether it has to join again.</summary>
public sealed class HeartbeatHandler(GroupCoordinator groups) : ApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    /// <inheritdoc/>
    public override ValueTask<HeartbeatResponse?> HandleAsync(HeartbeatRequest request, RequestContext context) =>
        groups.HeartbeatAsync(request, context.ForGroups())!;
}
