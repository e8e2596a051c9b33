using Compat.Coordination.Groups;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

/// <summary>What administrators and consumers outside of groups ask.</summary>
internal static class OffsetRequests
{
    public static ErrorCode CommitAlone(this ShardDriver shard, string group, string topic, int partition, long offset, long retentionMs = -1, Uuid topicId = default, short version = 9, string memberId = "", int generation = -1, string? metadata = "") =>
        shard.Decide(GroupShard.CommitDecision, new GroupCall<OffsetCommitRequest>(
            new OffsetCommitRequest
            {
                GroupId = group,
                MemberId = memberId,
                GenerationIdOrMemberEpoch = generation,
                RetentionTimeMs = retentionMs,
                Topics =
                [
                    new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = topic,
                        TopicId = topicId,
                        Partitions =
                        [
                            new OffsetCommitRequest.OffsetCommitRequestPartition
                            {
                                PartitionIndex = partition,
                                CommittedOffset = offset,
                                CommittedMetadata = metadata,
                            },
                        ],
                    },
                ],
            },
            new GroupRequestContext(version, "c", "/127.0.0.1"))).Topics[0].Partitions[0].ErrorCode;

    public static OffsetFetchResponse.OffsetFetchResponsePartitions Fetch(this ShardDriver shard, string group, string topic, int partition, Uuid topicId = default, bool requireStable = false) =>
        shard.Decide(GroupShard.FetchDecision, new GroupShard.OffsetFetchCall(
            new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = group,
                Topics = [new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic, TopicId = topicId, PartitionIndexes = [partition] }],
            },
            requireStable)).Topics[0].Partitions[0];

    public static List<(string Topic, int Partition, long Offset)> FetchAll(this ShardDriver shard, string group, bool requireStable = false) =>
        [.. shard.Decide(GroupShard.FetchDecision, new GroupShard.OffsetFetchCall(
            new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = group, Topics = null }, requireStable))
            .Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.PartitionIndex, partition.CommittedOffset)))];

    public static OffsetDeleteResponse DeleteOffsets(this ShardDriver shard, string group, string topic, params int[] partitions) =>
        shard.Decide(GroupShard.DeleteOffsetsDecision, new OffsetDeleteRequest
        {
            GroupId = group,
            Topics =
            [
                new OffsetDeleteRequest.OffsetDeleteRequestTopic
                {
                    Name = topic,
                    Partitions = [.. partitions.Select(partition => new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = partition })],
                },
            ],
        });

    public static DescribeGroupsResponse.DescribedGroup Describe(this ShardDriver shard, string group, short version = 6) =>
        shard.Decide(GroupShard.DescribeDecision, new GroupCall<List<string>>([group], new GroupRequestContext(version, "c", "/127.0.0.1")))[0];

    public static ErrorCode Delete(this ShardDriver shard, string group) => shard.Decide(GroupShard.DeleteDecision, [group])[0].ErrorCode;

    public static List<ListGroupsResponse.ListedGroup> List(this ShardDriver shard, string[]? states = null, string[]? types = null) =>
        shard.Decide(GroupShard.ListDecision, new ListGroupsRequest { StatesFilter = [.. states ?? []], TypesFilter = [.. types ?? []] }).Groups;
}
