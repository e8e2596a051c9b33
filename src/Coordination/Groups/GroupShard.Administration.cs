using Compat.Coordination.Groups.Offsets;
using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups;

/// <summary>Lists, descriptions and the end of groups.</summary>
internal sealed partial class GroupShard
{
    // From this version on a group that does not exist is an error with a text; before, it was described as dead.
    private const short GroupNotFoundErrorVersion = 6;

    public static readonly Decision<GroupShard, ListGroupsRequest, ListGroupsResponse> ListDecision = new(
        "list-groups",
        static (shard, request, _) => shard.List(request),
        static (_, error) => new ListGroupsResponse { ErrorCode = error });

    public static readonly Decision<GroupShard, GroupCall<List<string>>, List<DescribeGroupsResponse.DescribedGroup>> DescribeDecision = new(
        "describe-groups",
        static (shard, call, _) => call.Request.ConvertAll(groupId => shard.Describe(groupId, call.Context.ApiVersion)),
        static (call, error) => call.Request.ConvertAll(groupId => new DescribeGroupsResponse.DescribedGroup { GroupId = groupId, ErrorCode = error }));

    public static readonly Decision<GroupShard, List<string>, List<DeleteGroupsResponse.DeletableGroupResult>> DeleteDecision = new(
        "delete-groups",
        static (shard, groupIds, turn) => groupIds.ConvertAll(groupId => shard.Delete(groupId, turn)),
        static (groupIds, error) => groupIds.ConvertAll(groupId => new DeleteGroupsResponse.DeletableGroupResult { GroupId = groupId, ErrorCode = error }));

    public static readonly Decision<GroupShard, IReadOnlyList<DeletedTopic>, object> TopicsDeletedDecision = new(
        "topics-deleted",
        static (shard, topics, turn) =>
        {
            shard._offsets.DeleteTopics(topics, turn);
            return topics;
        },
        static (topics, _) => topics);

    public static readonly Decision<GroupShard, object?, GroupCoordinatorSnapshot> SnapshotDecision = new(
        "snapshot",
        static (shard, _, _) => shard.Snapshot(),
        static (_, _) => new GroupCoordinatorSnapshot([], []));

    private ListGroupsResponse List(ListGroupsRequest request)
    {
        var response = new ListGroupsResponse();
        foreach (Group group in _groups.Values)
        {
            if (Passes(request.StatesFilter, group.StateName) && Passes(request.TypesFilter, group.TypeName))
            {
                response.Groups.Add(new ListGroupsResponse.ListedGroup
                {
                    GroupId = group.GroupId,
                    ProtocolType = group.ProtocolTypeName,
                    GroupState = group.StateName,
                    GroupType = group.TypeName,
                });
            }
        }

        return response;
    }

    private static bool Passes(List<string> filter, string name) =>
        filter.Count == 0 || filter.Exists(wanted => wanted.AsSpan().Trim().Equals(name, StringComparison.OrdinalIgnoreCase));

    private DescribeGroupsResponse.DescribedGroup Describe(string groupId, short version)
    {
        if (_groups.GetValueOrDefault(groupId)?.Describe() is { } described)
        {
            return described;
        }

        var missing = new DescribeGroupsResponse.DescribedGroup { GroupId = groupId, GroupState = "Dead" };
        if (version >= GroupNotFoundErrorVersion)
        {
            missing.ErrorCode = ErrorCode.GroupIdNotFound;
            missing.ErrorMessage = $"Group {groupId} not found.";
        }

        return missing;
    }

    private DeleteGroupsResponse.DeletableGroupResult Delete(string groupId, Turn turn)
    {
        ErrorCode error = _groups.TryGetValue(groupId, out Group? group) ? group.ValidateDelete() : ErrorCode.GroupIdNotFound;
        if (error == ErrorCode.None)
        {
            _offsets.DeleteAll(groupId, turn);
            Bury(groupId, turn);
        }

        return new DeleteGroupsResponse.DeletableGroupResult { GroupId = groupId, ErrorCode = error };
    }

    private void RemoveExpired(Turn turn)
    {
        foreach (Group group in _groups.Values.ToArray())
        {
            if (_offsets.Expire(group, turn) && group.IsEmpty)
            {
                Bury(group.GroupId, turn);
            }
        }
    }

    private void Bury(string groupId, Turn turn)
    {
        turn.Append(GroupRecords.GroupTombstone(groupId));
        _environment.Metrics.CountGroupDeletion();
    }

    private GroupCoordinatorSnapshot Snapshot()
    {
        var groups = new List<GroupSummary>(_groups.Count);
        foreach (Group group in _groups.Values)
        {
            groups.Add(new GroupSummary(group.GroupId, group.TypeName, group.StateName, group.ProtocolTypeName, group.MemberCount));
        }

        var offsets = new List<CommittedOffsetSummary>(_offsets.Table.Count);
        foreach ((string groupId, TopicOffsets topics) in _offsets.Table.Groups)
        {
            foreach ((string topic, Dictionary<int, CommittedOffset> partitions) in topics.Topics)
            {
                foreach ((int partition, CommittedOffset offset) in partitions)
                {
                    offsets.Add(new CommittedOffsetSummary(
                        groupId, new TopicPartition(topic, partition), offset.TopicId, offset.Offset, offset.CommitTimestampMs));
                }
            }
        }

        return new GroupCoordinatorSnapshot(groups, offsets);
    }
}
