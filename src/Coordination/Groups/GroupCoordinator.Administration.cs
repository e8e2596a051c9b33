using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups;

/// <summary>The APIs of administrators. Groups are sorted by partition, asked together, and answered in the order of the request.</summary>
public sealed partial class GroupCoordinator
{
    /// <summary>ListGroups: the groups of all partitions led here that pass the filters.</summary>
    public async ValueTask<ListGroupsResponse> ListGroupsAsync(ListGroupsRequest request)
    {
        var response = new ListGroupsResponse();
        foreach (ListGroupsResponse shard in await _runtime.RunOnAllAsync(GroupShard.ListDecision, request).ConfigureAwait(false))
        {
            if (shard.ErrorCode is ErrorCode.None or ErrorCode.NotCoordinator)
            {
                response.Groups.AddRange(shard.Groups);
            }
            else
            {
                return new ListGroupsResponse { ErrorCode = shard.ErrorCode };
            }
        }

        return response;
    }

    /// <summary>DescribeGroups: one description a group id, in their order.</summary>
    public ValueTask<List<DescribeGroupsResponse.DescribedGroup>> DescribeGroupsAsync(List<string> groupIds, GroupRequestContext context) =>
        AskByPartitionAsync(groupIds, (partition, ids) =>
            _runtime.RunAsync(partition, GroupShard.DescribeDecision, new GroupCall<List<string>>(ids, context)));

    /// <summary>DeleteGroups: one result a group id, in their order; a group named twice is deleted and answered once.</summary>
    public ValueTask<List<DeleteGroupsResponse.DeletableGroupResult>> DeleteGroupsAsync(List<string> groupIds) =>
        AskByPartitionAsync([.. groupIds.Distinct()], (partition, ids) => _runtime.RunAsync(partition, GroupShard.DeleteDecision, ids));

    private async ValueTask<List<T>> AskByPartitionAsync<T>(List<string> groupIds, Func<int, List<string>, ValueTask<List<T>>> ask)
    {
        var results = new T[groupIds.Count];
        var asked = new List<(int[] Places, ValueTask<List<T>> Answer)>();
        foreach (IGrouping<int, int> places in Enumerable.Range(0, groupIds.Count).GroupBy(place => PartitionFor(groupIds[place])))
        {
            asked.Add(([.. places], ask(places.Key, [.. places.Select(place => groupIds[place])])));
        }

        foreach ((int[] places, ValueTask<List<T>> answer) in asked)
        {
            List<T> part = await answer.ConfigureAwait(false);
            for (int index = 0; index < places.Length; index++)
            {
                results[places[index]] = part[index];
            }
        }

        return [.. results];
    }
}
