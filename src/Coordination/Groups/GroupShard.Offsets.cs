using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups;

/// <summary>Offsets: the group says who may, the offsets do it.</summary>
internal sealed partial class GroupShard
{
    // From this version on a commit for a group that does not exist says so; older clients know ILLEGAL_GENERATION.
    private const short GroupIdNotFoundVersion = 9;

    public static readonly Decision<GroupShard, GroupCall<OffsetCommitRequest>, OffsetCommitResponse> CommitDecision = new(
        "commit-offsets",
        static (shard, call, turn) => shard.Commit(call, turn),
        static (call, error) => CommitError(call.Request, error));

    public static readonly Decision<GroupShard, OffsetFetchCall, OffsetFetchResponse.OffsetFetchResponseGroup> FetchDecision = new(
        "fetch-offsets",
        static (shard, call, _) => shard._offsets.Fetch(call.Request, call.RequireStable, shard._groups.ContainsKey(call.Request.GroupId)),

        // Consumers of before Kafka 3.9 do not try again after COORDINATOR_NOT_AVAILABLE.
        static (call, error) => new()
        {
            GroupId = call.Request.GroupId,
            ErrorCode = error == ErrorCode.CoordinatorNotAvailable ? ErrorCode.NotCoordinator : error,
        });

    public static readonly Decision<GroupShard, OffsetDeleteRequest, OffsetDeleteResponse> DeleteOffsetsDecision = new(
        "delete-offsets",
        static (shard, request, turn) => shard.DeleteOffsets(request, turn),
        static (_, error) => new OffsetDeleteResponse { ErrorCode = error });

    /// <summary>A commit of which every partition has the same error.</summary>
    public static OffsetCommitResponse CommitError(OffsetCommitRequest request, ErrorCode error)
    {
        var response = new OffsetCommitResponse();
        foreach (OffsetCommitRequest.OffsetCommitRequestTopic topic in request.Topics)
        {
            var answer = new OffsetCommitResponse.OffsetCommitResponseTopic { Name = topic.Name, TopicId = topic.TopicId };
            foreach (OffsetCommitRequest.OffsetCommitRequestPartition partition in topic.Partitions)
            {
                answer.Partitions.Add(new() { PartitionIndex = partition.PartitionIndex, ErrorCode = error });
            }

            response.Topics.Add(answer);
        }

        return response;
    }

    private OffsetCommitResponse Commit(GroupCall<OffsetCommitRequest> call, Turn turn)
    {
        OffsetCommitRequest request = call.Request;
        if (_groups.TryGetValue(request.GroupId, out Group? group))
        {
            ErrorCode error = group.ValidateCommit(
                request.MemberId, request.GroupInstanceId, request.GenerationIdOrMemberEpoch, isTransactional: false);
            if (error != ErrorCode.None)
            {
                return CommitError(request, error);
            }

            group.NoteCommit(request.MemberId, turn);
        }
        else if (request.GenerationIdOrMemberEpoch >= 0)
        {
            bool isNew = call.Context.ApiVersion >= GroupIdNotFoundVersion;
            return CommitError(request, isNew ? ErrorCode.GroupIdNotFound : ErrorCode.IllegalGeneration);
        }

        return _offsets.Commit(request, turn);
    }

    private OffsetDeleteResponse DeleteOffsets(OffsetDeleteRequest request, Turn turn)
    {
        ErrorCode error = _groups.TryGetValue(request.GroupId, out Group? group) ? group.ValidateOffsetDelete() : ErrorCode.GroupIdNotFound;
        return error == ErrorCode.None
            ? _offsets.Delete(request, group!, turn)
            : new OffsetDeleteResponse { ErrorCode = error };
    }

    /// <summary>What OffsetFetch asks of one group.</summary>
    /// <param name="Request">The group and its partitions.</param>
    /// <param name="RequireStable">Whether offsets that open transactions may replace are errors.</param>
    internal readonly record struct OffsetFetchCall(OffsetFetchRequest.OffsetFetchRequestGroup Request, bool RequireStable);
}
