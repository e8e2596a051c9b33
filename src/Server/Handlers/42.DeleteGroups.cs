using Compat.Coordination.Groups;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>DeleteGroups, v0-3: deletes groups without members, with their offsets (KIP-229); v3 has room for a text with an error (KIP-1331).</summary>
public sealed class DeleteGroupsHandler(GroupCoordinator groups) : ApiHandler<DeleteGroupsRequest, DeleteGroupsResponse>
{
    /// <inheritdoc/>
    public override async ValueTask<DeleteGroupsResponse?> HandleAsync(DeleteGroupsRequest request, RequestContext context) =>
        new DeleteGroupsResponse { Results = await groups.DeleteGroupsAsync(request.GroupsNames).ConfigureAwait(false) };
}
