using Compat.Coordination.Groups;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// JoinGroup, v0-9: makes the client a member of a classic group, answered when the next generation begins. v4 gives a dynamic
/// member its id first (KIP-394), v5 brings static members (KIP-345), v9 lets a returning leader skip the assignment (KIP-814).
/// </summary>
public sealed class JoinGroupHandler(GroupCoordinator groups) : ApiHandler<JoinGroupRequest, JoinGroupResponse>
{
    /// <inheritdoc/>
    public override ValueTask<JoinGroupResponse?> HandleAsync(JoinGroupRequest request, RequestContext context) =>
        groups.JoinGroupAsync(request, context.ForGroups())!;
}
