using Compat.Coordination.Groups;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>ListGroups, v0-5: the groups that this broker coordinates; v4 filters by state (KIP-518), v5 by type (KIP-848).</summary>
public sealed class ListGroupsHandler(GroupCoordinator groups) : ApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    /// <inheritdoc/>
    public override ValueTask<ListGroupsResponse?> HandleAsync(ListGroupsRequest request, RequestContext context) =>
        groups.ListGroupsAsync(request)!;
}
