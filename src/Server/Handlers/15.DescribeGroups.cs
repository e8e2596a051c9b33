using Compat.Coordination.Groups;
using Compat.Server.Cluster;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DescribeGroups, v0-6: state and members of classic groups. v3 can ask what the client may do, v4 shows static members, v6 says
/// GROUP_ID_NOT_FOUND with a text (KIP-1043) where older versions show a group that is dead.
/// </summary>
public sealed class DescribeGroupsHandler(GroupCoordinator groups) : ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    /// <inheritdoc/>
    public override async ValueTask<DescribeGroupsResponse?> HandleAsync(DescribeGroupsRequest request, RequestContext context)
    {
        List<DescribeGroupsResponse.DescribedGroup> described =
            await groups.DescribeGroupsAsync(request.Groups, context.ForGroups()).ConfigureAwait(false);
        if (request.IncludeAuthorizedOperations)
        {
            foreach (DescribeGroupsResponse.DescribedGroup group in described.Where(group => group.ErrorCode == ErrorCode.None))
            {
                group.AuthorizedOperations = AuthorizedOperations.Group;
            }
        }

        return new DescribeGroupsResponse { Groups = described };
    }
}
