using System.Text;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Groups;

/// <summary>What clients of groups ask, in short.</summary>
internal static class GroupClient
{
    public static async Task<ErrorCode> FindAsync(this TestClient client, string group) =>
        (await client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { Key = group }, 0)).ErrorCode;

    public static Task<JoinGroupResponse> JoinAsync(this TestClient client, short version, string group, string memberId = "") =>
        client.AskAsync<JoinGroupRequest, JoinGroupResponse>(
            new JoinGroupRequest
            {
                GroupId = group,
                MemberId = memberId,
                ProtocolType = "consumer",
                SessionTimeoutMs = 10_000,
                RebalanceTimeoutMs = version == 0 ? -1 : 30_000,
                Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = "range", Metadata = "meta"u8.ToArray() }],
            },
            version);

    /// <summary>Joins alone and assigns itself everything.</summary>
    public static async Task<JoinGroupResponse> SettleAsync(this TestClient client, string group)
    {
        JoinGroupResponse joined = await client.JoinAsync(4, group);
        joined = await client.JoinAsync(4, group, joined.MemberId);
        SyncGroupResponse synced = await client.SyncAsync(0, group, joined);
        Assert.Equal("all", Encoding.UTF8.GetString(synced.Assignment.Span));
        return joined;
    }

    public static Task<SyncGroupResponse> SyncAsync(this TestClient client, short version, string group, JoinGroupResponse joined) =>
        client.AskAsync<SyncGroupRequest, SyncGroupResponse>(
            new SyncGroupRequest
            {
                GroupId = group,
                MemberId = joined.MemberId,
                GenerationId = joined.GenerationId,
                ProtocolType = version >= 5 ? "consumer" : null,
                ProtocolName = version >= 5 ? "range" : null,
                Assignments = [new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = joined.MemberId, Assignment = "all"u8.ToArray() }],
            },
            version);

    public static async Task<OffsetCommitResponse.OffsetCommitResponseTopic> CommitAsync(
        this TestClient client, short version, string group, string topic, Uuid topicId, long offset, params int[] partitions) =>
        (await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
            new OffsetCommitRequest
            {
                GroupId = group,
                Topics =
                [
                    new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = version < 10 ? topic : "",
                        TopicId = version < 10 ? default : topicId,
                        Partitions =
                        [
                            .. partitions.Select(partition => new OffsetCommitRequest.OffsetCommitRequestPartition
                            {
                                PartitionIndex = partition,
                                CommittedOffset = offset,
                                CommittedLeaderEpoch = version >= 6 ? 4 : -1,
                                CommittedMetadata = "note",
                            }),
                        ],
                    },
                ],
            },
            version)).Topics[0];
}
