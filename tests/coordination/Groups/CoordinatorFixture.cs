using System.Text;
using Compat.Coordination.Groups;
using Compat.Coordination.Tests.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Coordination.Tests.Groups;

/// <summary>A group coordinator that leads all partitions of its topic, with logs in memory.</summary>
internal sealed class CoordinatorFixture : IDisposable
{
    public const int Partitions = 5;

    public CoordinatorFixture(GroupCoordinatorConfig? config = null)
    {
        Coordinator = new GroupCoordinator(config ?? Scenario.NoDelay, () => Partitions, Time, new Random(1), Logger);
        Logs = [.. Enumerable.Range(0, Partitions).Select(_ => new MemoryLog())];
        for (int partition = 0; partition < Partitions; partition++)
        {
            Coordinator.Elect(partition, Logs[partition]);
        }
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 8, 22, 0, 0, 0, TimeSpan.Zero));

    public ListLogger Logger { get; } = new();

    public MemoryLog[] Logs { get; }

    public GroupCoordinator Coordinator { get; }

    public static GroupRequestContext Context(short version) => new(version, "client", "/127.0.0.1");

    public MemoryLog LogOf(string groupId) => Logs[Coordinator.PartitionFor(groupId)];

    public ValueTask<JoinGroupResponse> Join(short version, string memberId = "", string groupId = "g", int sessionTimeoutMs = 10_000, string? instanceId = null) =>
        Coordinator.JoinGroupAsync(
            new JoinGroupRequest
            {
                GroupId = groupId,
                MemberId = memberId,
                GroupInstanceId = instanceId,
                ProtocolType = "consumer",
                SessionTimeoutMs = sessionTimeoutMs,
                RebalanceTimeoutMs = version == 0 ? -1 : 30_000,
                Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = "range", Metadata = Member.Subscription("t") }],
            },
            Context(version));

    /// <summary>Joins as clients of a version do, alone, and fetches the assignment it gives itself.</summary>
    public async Task<JoinGroupResponse> JoinAndSync(short version = 9, string groupId = "g")
    {
        JoinGroupResponse joined = await Join(version, groupId: groupId);
        if (joined.ErrorCode == ErrorCode.MemberIdRequired)
        {
            joined = await Join(version, joined.MemberId, groupId);
        }

        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        SyncGroupResponse synced = await Sync(5, joined, groupId);
        Assert.Equal("all", Encoding.UTF8.GetString(synced.Assignment.Span));
        return joined;
    }

    public ValueTask<SyncGroupResponse> Sync(short version, JoinGroupResponse joined, string groupId = "g") =>
        Coordinator.SyncGroupAsync(
            new SyncGroupRequest
            {
                GroupId = groupId,
                MemberId = joined.MemberId,
                GenerationId = joined.GenerationId,
                ProtocolType = "consumer",
                ProtocolName = "range",
                Assignments = [new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = joined.MemberId, Assignment = "all"u8.ToArray() }],
            },
            Context(version));

    public ValueTask<OffsetCommitResponse> Commit(string groupId, long offset, params int[] partitions) =>
        Coordinator.CommitOffsetsAsync(
            new OffsetCommitRequest
            {
                GroupId = groupId,
                GenerationIdOrMemberEpoch = -1,
                Topics =
                [
                    new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = "t",
                        Partitions =
                        [
                            .. partitions.Select(partition => new OffsetCommitRequest.OffsetCommitRequestPartition
                            {
                                PartitionIndex = partition,
                                CommittedOffset = offset,
                            }),
                        ],
                    },
                ],
            },
            Context(9));

    public async Task<long> Fetch(string groupId, int partition) =>
        (await Coordinator.FetchOffsetsAsync(
            new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = groupId,
                Topics = [new OffsetFetchRequest.OffsetFetchRequestTopics { Name = "t", PartitionIndexes = [partition] }],
            },
            requireStable: true)).Topics[0].Partitions[0].CommittedOffset;

    public void Dispose() => Coordinator.Dispose();
}
