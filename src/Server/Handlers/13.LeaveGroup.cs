using Compat.Coordination.Groups;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>LeaveGroup, v0-5: takes a member out of a classic group; since v3 several at once, static ones by their instance id (KIP-345).</summary>
public sealed class LeaveGroupHandler(GroupCoordinator groups) : ApiHandler<LeaveGroupRequest, LeaveGroupResponse>
{
    /// <inheritdoc/>
    public override ValueTask<LeaveGroupResponse?> HandleAsync(LeaveGroupRequest request, RequestContext context) =>
        groups.LeaveGroupAsync(request, context.ForGroups())!;
}
