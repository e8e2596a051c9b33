using Compat.Wire.Messages;

namespace Compat.Coordination.Groups;

/// <summary>The offset APIs. Topics come with their names; whoever calls has looked them up and sorted out those that do not exist.</summary>
public sealed partial class GroupCoordinator
{
    /// <summary>OffsetCommit: answered when the offsets are committed in the log. The empty group id is a group like any other here.</summary>
    public ValueTask<OffsetCommitResponse> CommitOffsetsAsync(OffsetCommitRequest request, GroupRequestContext context) =>
        _runtime.RunAsync(
            PartitionFor(request.GroupId), GroupShard.CommitDecision, new GroupCall<OffsetCommitRequest>(request, context));

    /// <summary>OffsetFetch for one group. Without an offset a partition is answered -1, and so is every partition of a group that does not exist.</summary>
    /// <param name="request">The group and its partitions; all its offsets when the topics are null.</param>
    /// <param name="requireStable">Whether an offset that an open transaction may replace is answered UNSTABLE_OFFSET_COMMIT.</param>
    public ValueTask<OffsetFetchResponse.OffsetFetchResponseGroup> FetchOffsetsAsync(
        OffsetFetchRequest.OffsetFetchRequestGroup request, bool requireStable) =>
        _runtime.ReadAsync(
            PartitionFor(request.GroupId), GroupShard.FetchDecision, new GroupShard.OffsetFetchCall(request, requireStable));

    /// <summary>OffsetDelete: of topics that the group does not read now.</summary>
    public ValueTask<OffsetDeleteResponse> DeleteOffsetsAsync(OffsetDeleteRequest request) =>
        request.GroupId.Length == 0
            ? new ValueTask<OffsetDeleteResponse>(new OffsetDeleteResponse { ErrorCode = Wire.ErrorCode.InvalidGroupId })
            : _runtime.RunAsync(PartitionFor(request.GroupId), GroupShard.DeleteOffsetsDecision, request);
}
