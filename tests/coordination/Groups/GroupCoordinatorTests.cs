using Compat.Coordination.Groups;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Coordination.Tests.Groups;

public class GroupCoordinatorTests
{
    [Theory]
    [InlineData("hello", 99162322)]
    [InlineData("", 0)]
    [InlineData("polygenelubricants", 0)]
    [InlineData("grüße-€-😀", null)]
    public void A_group_belongs_to_the_partition_that_java_computes(string groupId, int? absoluteHash)
    {
        const int Partitions = 50;
        int partition = GroupPartitioner.PartitionFor(groupId, Partitions);
        Assert.InRange(partition, 0, Partitions - 1);
        if (absoluteHash is { } hash)
        {
            Assert.Equal(hash % Partitions, partition);
        }
    }

    [Fact]
    public void Before_the_topic_exists_groups_belong_where_they_will_when_it_does_and_then_stay_there()
    {
        int? partitions = null;
        using var coordinator = new GroupCoordinator(
            new GroupCoordinatorConfig(), () => partitions, TimeProvider.System, new Random(1), NullLogger.Instance);
        Assert.Equal(99162322 % 50, coordinator.PartitionFor("hello"));
        partitions = 7;
        Assert.Equal(99162322 % 7, coordinator.PartitionFor("hello"));
        partitions = 8;
        Assert.Equal(99162322 % 7, coordinator.PartitionFor("hello"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task A_member_of_any_version_joins_syncs_beats_and_leaves(short version)
    {
        using var fixture = new CoordinatorFixture();
        JoinGroupResponse joined = await fixture.JoinAndSync(version);
        Assert.Equal(("range", "consumer", 1), (joined.ProtocolName, joined.ProtocolType, joined.GenerationId));
        HeartbeatResponse beat = await fixture.Coordinator.HeartbeatAsync(
            new HeartbeatRequest { GroupId = "g", MemberId = joined.MemberId, GenerationId = 1 }, CoordinatorFixture.Context(4));
        Assert.Equal(ErrorCode.None, beat.ErrorCode);
        LeaveGroupResponse left = await Leave(fixture, Math.Min(version, (short)5), joined.MemberId);
        Assert.Equal(ErrorCode.None, left.ErrorCode);
        Assert.Equal(version >= 3 ? 1 : 0, left.Members.Count);
        Assert.Equal(
            version >= 3 ? ErrorCode.None : ErrorCode.UnknownMemberId,
            (await Leave(fixture, Math.Min(version, (short)5), joined.MemberId)).ErrorCode);
    }

    [Theory]
    [InlineData(6, "")]
    [InlineData(7, null)]
    public async Task A_join_that_fails_names_no_protocol_in_the_way_its_version_can(short version, string? expected)
    {
        using var fixture = new CoordinatorFixture();
        Assert.Equal(expected, (await fixture.Join(version, "stranger")).ProtocolName);
        Assert.Equal(expected, (await fixture.Join(version)).ProtocolName);
    }

    [Fact]
    public async Task In_version_0_the_session_timeout_is_the_rebalance_timeout_too()
    {
        using var fixture = new CoordinatorFixture();
        JoinGroupResponse first = await fixture.JoinAndSync(0);
        Task<JoinGroupResponse> second = fixture.Join(0).AsTask();
        fixture.Time.Advance(TimeSpan.FromMilliseconds(9_000));
        await fixture.Coordinator.HeartbeatAsync(
            new HeartbeatRequest { GroupId = "g", MemberId = first.MemberId, GenerationId = 1 }, CoordinatorFixture.Context(0));
        Assert.False(second.IsCompleted);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(1_000));
        Assert.Equal(2, (await second).GenerationId);
    }

    [Fact]
    public async Task An_empty_group_id_is_no_group_to_be_a_member_of()
    {
        using var fixture = new CoordinatorFixture();
        Assert.Equal(ErrorCode.InvalidGroupId, (await fixture.Join(9, groupId: "")).ErrorCode);
        Assert.Equal(ErrorCode.InvalidGroupId, (await fixture.Sync(5, new JoinGroupResponse(), "")).ErrorCode);
        Assert.Equal(ErrorCode.InvalidGroupId, (await fixture.Coordinator.HeartbeatAsync(new HeartbeatRequest(), CoordinatorFixture.Context(4))).ErrorCode);
        Assert.Equal(ErrorCode.InvalidGroupId, (await fixture.Coordinator.LeaveGroupAsync(new LeaveGroupRequest(), CoordinatorFixture.Context(5))).ErrorCode);
        Assert.Equal(ErrorCode.InvalidGroupId, (await fixture.Coordinator.DeleteOffsetsAsync(new OffsetDeleteRequest())).ErrorCode);
        Assert.Equal(ErrorCode.None, (await fixture.Commit("", 5, 0)).Topics[0].Partitions[0].ErrorCode);
        Assert.Equal(5, await fixture.Fetch("", 0));
    }

    [Theory]
    [InlineData(5_999, ErrorCode.InvalidSessionTimeout)]
    [InlineData(6_000, ErrorCode.MemberIdRequired)]
    [InlineData(1_800_000, ErrorCode.MemberIdRequired)]
    [InlineData(1_800_001, ErrorCode.InvalidSessionTimeout)]
    public async Task Session_timeouts_have_bounds(int sessionTimeoutMs, ErrorCode expected)
    {
        using var fixture = new CoordinatorFixture();
        Assert.Equal(expected, (await fixture.Join(9, sessionTimeoutMs: sessionTimeoutMs)).ErrorCode);
    }

    [Fact]
    public async Task From_version_5_a_sync_names_its_protocol()
    {
        using var fixture = new CoordinatorFixture();
        JoinGroupResponse joined = await fixture.JoinAndSync();
        var request = new SyncGroupRequest { GroupId = "g", MemberId = joined.MemberId, GenerationId = 1, ProtocolType = "consumer" };
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await fixture.Coordinator.SyncGroupAsync(request, CoordinatorFixture.Context(5))).ErrorCode);
        Assert.Equal(ErrorCode.None, (await fixture.Coordinator.SyncGroupAsync(request, CoordinatorFixture.Context(4))).ErrorCode);
    }

    [Fact]
    public async Task What_is_not_led_here_is_not_coordinated_here()
    {
        using var fixture = new CoordinatorFixture();
        await fixture.Commit("g", 5, 0);
        fixture.Coordinator.Resign(fixture.Coordinator.PartitionFor("g"));
        Assert.Equal(ErrorCode.NotCoordinator, (await fixture.Join(9)).ErrorCode);
        Assert.Equal(ErrorCode.NotCoordinator, (await fixture.Commit("g", 6, 0)).Topics[0].Partitions[0].ErrorCode);
        Assert.Equal(ErrorCode.NotCoordinator, (await Describe(fixture, "g"))[0].ErrorCode);
        Assert.Equal(ErrorCode.NotCoordinator, (await fixture.Coordinator.DeleteGroupsAsync(["g"]))[0].ErrorCode);
        Assert.Empty((await fixture.Coordinator.ListGroupsAsync(new ListGroupsRequest())).Groups);
    }

    [Fact]
    public async Task A_coordinator_that_may_have_been_replaced_does_not_say_what_is_committed()
    {
        using var fixture = new CoordinatorFixture();
        await fixture.Commit("g", 5, 0);
        var request = new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = "g", Topics = null };
        fixture.LogOf("g").IsSure = false;
        Assert.Equal(ErrorCode.NotCoordinator, (await fixture.Coordinator.FetchOffsetsAsync(request, requireStable: false)).ErrorCode);

        fixture.LogOf("g").IsSure = true;
        Assert.Equal(5, (await fixture.Coordinator.FetchOffsetsAsync(request, requireStable: false)).Topics[0].Partitions[0].CommittedOffset);
    }

    [Fact]
    public async Task While_a_partition_is_loaded_its_groups_are_told_so_but_heartbeats_are_answered()
    {
        using var fixture = new CoordinatorFixture();
        JoinGroupResponse joined = await fixture.JoinAndSync();
        int partition = fixture.Coordinator.PartitionFor("g");
        fixture.LogOf("g").Readable.Reset();
        fixture.Coordinator.Elect(partition, fixture.LogOf("g"));
        Assert.False(fixture.Coordinator.IsLoaded);
        Assert.Equal(ErrorCode.CoordinatorLoadInProgress, (await fixture.Join(9)).ErrorCode);
        Assert.Equal(ErrorCode.CoordinatorLoadInProgress, (await fixture.Coordinator.ListGroupsAsync(new ListGroupsRequest())).ErrorCode);
        var beat = new HeartbeatRequest { GroupId = "g", MemberId = joined.MemberId, GenerationId = 1 };
        Assert.Equal(ErrorCode.None, (await fixture.Coordinator.HeartbeatAsync(beat, CoordinatorFixture.Context(4))).ErrorCode);

        fixture.LogOf("g").Readable.Set();
        await Until(() => fixture.Coordinator.IsLoaded);
        Assert.Equal(ErrorCode.None, (await fixture.Coordinator.HeartbeatAsync(beat, CoordinatorFixture.Context(4))).ErrorCode);
        Assert.Equal("Stable", (await Describe(fixture, "g"))[0].GroupState);
    }

    [Fact]
    public async Task Who_waits_for_others_when_the_log_fails_looks_for_its_coordinator_again()
    {
        using var fixture = new CoordinatorFixture();
        JoinGroupResponse first = await fixture.JoinAndSync();
        string second = (await fixture.Join(9)).MemberId;
        Task<JoinGroupResponse> waiting = fixture.Join(9, second).AsTask();
        fixture.LogOf("g").Refusal = ErrorCode.KafkaStorageError;
        Assert.Equal(ErrorCode.NotCoordinator, await CommitAs(fixture, first));
        Assert.Equal(ErrorCode.NotCoordinator, (await waiting).ErrorCode);

        fixture.LogOf("g").Refusal = ErrorCode.None;
        await Until(() => fixture.Coordinator.IsLoaded);
        Assert.Equal(ErrorCode.None, await CommitAs(fixture, first));
    }

    [Fact]
    public async Task Groups_of_many_partitions_are_answered_in_the_order_they_were_asked_for()
    {
        using var fixture = new CoordinatorFixture();
        string[] groups = [.. Enumerable.Range(0, 20).Select(index => $"group-{index}")];
        foreach (string group in groups)
        {
            await fixture.Commit(group, 1, 0);
        }

        string[] asked = [.. groups.Reverse(), "missing"];
        Assert.Equal(asked, (await Describe(fixture, asked)).Select(group => group.GroupId));
        Assert.Equal(groups.Order(), (await fixture.Coordinator.ListGroupsAsync(new ListGroupsRequest())).Groups.Select(group => group.GroupId).Order());
        List<DeleteGroupsResponse.DeletableGroupResult> deleted = await fixture.Coordinator.DeleteGroupsAsync([.. asked, "group-3"]);
        Assert.Equal(asked, deleted.Select(result => result.GroupId));
        Assert.Equal([.. groups.Select(_ => ErrorCode.None), ErrorCode.GroupIdNotFound], deleted.Select(result => result.ErrorCode));
        Assert.Equal(20, fixture.Coordinator.Metrics.GroupDeletions);
    }

    [Fact]
    public async Task A_snapshot_shows_groups_and_offsets_to_those_who_measure()
    {
        using var fixture = new CoordinatorFixture();
        await fixture.JoinAndSync();
        await fixture.Commit("simple", 5, 0, 1);
        GroupCoordinatorSnapshot snapshot = await fixture.Coordinator.SnapshotAsync();
        Assert.Equal(
            [new GroupSummary("g", "classic", "Stable", "consumer", 1), new GroupSummary("simple", "classic", "Empty", "", 0)],
            snapshot.Groups.OrderBy(group => group.GroupId));
        Assert.Equal(
            [("simple", new TopicPartition("t", 0), 5), ("simple", new TopicPartition("t", 1), 5)],
            snapshot.Offsets.Select(offset => (offset.GroupId, offset.TopicPartition, offset.Offset)));
        Assert.All(snapshot.Offsets, offset => Assert.Equal(fixture.Time.GetUtcNow().ToUnixTimeMilliseconds(), offset.CommitTimestampMs));
    }

    [Fact]
    public async Task Topics_that_are_deleted_take_their_offsets_along_in_all_partitions()
    {
        using var fixture = new CoordinatorFixture();
        for (int group = 0; group < 10; group++)
        {
            await fixture.Commit($"group-{group}", 1, 0);
        }

        await fixture.Coordinator.TopicsDeletedAsync([new DeletedTopic("t", new Uuid(1, 1))]);
        Assert.Empty((await fixture.Coordinator.SnapshotAsync()).Offsets);
    }

    [Fact]
    public async Task A_commit_and_a_heartbeat_complete_in_the_call_that_asks_for_them()
    {
        using var fixture = new CoordinatorFixture();
        JoinGroupResponse joined = await fixture.JoinAndSync();
        var beat = new HeartbeatRequest { GroupId = "g", MemberId = joined.MemberId, GenerationId = 1 };
        Assert.True(fixture.Coordinator.HeartbeatAsync(beat, CoordinatorFixture.Context(4)).IsCompletedSuccessfully);
        Assert.True(fixture.Commit("simple", 1, 0).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_heartbeat_allocates_its_answer_and_nothing_else()
    {
        using var fixture = new CoordinatorFixture();
        JoinGroupResponse joined = await fixture.JoinAndSync();
        var beat = new HeartbeatRequest { GroupId = "g", MemberId = joined.MemberId, GenerationId = 1 };
        GroupRequestContext context = CoordinatorFixture.Context(4);
        const int Beats = 10_000;
        _ = fixture.Coordinator.HeartbeatAsync(beat, context);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int index = 0; index < Beats; index++)
        {
            _ = fixture.Coordinator.HeartbeatAsync(beat, context);
        }

        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Beats;
        Assert.True(bytes < 100, $"{bytes} bytes a heartbeat");
    }

    private static async Task<ErrorCode> CommitAs(CoordinatorFixture fixture, JoinGroupResponse joined)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = "g",
            MemberId = joined.MemberId,
            GenerationIdOrMemberEpoch = joined.GenerationId,
            Topics = [new OffsetCommitRequest.OffsetCommitRequestTopic { Name = "t", Partitions = [new OffsetCommitRequest.OffsetCommitRequestPartition()] }],
        };
        return (await fixture.Coordinator.CommitOffsetsAsync(request, CoordinatorFixture.Context(9))).Topics[0].Partitions[0].ErrorCode;
    }

    private static ValueTask<LeaveGroupResponse> Leave(CoordinatorFixture fixture, short version, string memberId) =>
        fixture.Coordinator.LeaveGroupAsync(
            version >= 3
                ? new LeaveGroupRequest { GroupId = "g", Members = [new LeaveGroupRequest.MemberIdentity { MemberId = memberId }] }
                : new LeaveGroupRequest { GroupId = "g", MemberId = memberId },
            CoordinatorFixture.Context(version));

    private static ValueTask<List<DescribeGroupsResponse.DescribedGroup>> Describe(CoordinatorFixture fixture, params string[] groups) =>
        fixture.Coordinator.DescribeGroupsAsync([.. groups], CoordinatorFixture.Context(6));

    private static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
