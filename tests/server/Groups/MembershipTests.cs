using System.Text;
using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Groups;

public class MembershipTests
{
    [Theory]
    [EveryVersion(ApiKey.JoinGroup)]
    public async Task JoinGroup_makes_a_member_in_every_version(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        JoinGroupResponse joined = await client.JoinAsync(version, "g");
        if (version >= 4)
        {
            Assert.Equal(ErrorCode.MemberIdRequired, joined.ErrorCode);
            joined = await client.JoinAsync(version, "g", joined.MemberId);
        }

        Assert.Equal((ErrorCode.None, 1, "range", joined.MemberId), (joined.ErrorCode, joined.GenerationId, joined.ProtocolName, joined.Leader));
        Assert.Equal(version >= 7 ? "consumer" : null, joined.ProtocolType);
        Assert.Equal("meta", Encoding.UTF8.GetString(Assert.Single(joined.Members).Metadata.Span));
        Assert.StartsWith("test-", joined.MemberId);
        JoinGroupResponse unknown = await client.JoinAsync(version, "g", "nobody");
        Assert.Equal((ErrorCode.UnknownMemberId, -1, "nobody", version >= 7 ? null : ""), (unknown.ErrorCode, unknown.GenerationId, unknown.MemberId, unknown.ProtocolName));
    }

    [Theory]
    [EveryVersion(ApiKey.SyncGroup)]
    public async Task SyncGroup_hands_out_the_assignment_in_every_version(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        JoinGroupResponse joined = await client.JoinAsync(3, "g");
        SyncGroupResponse synced = await client.SyncAsync(version, "g", joined);
        Assert.Equal((ErrorCode.None, "all"), (synced.ErrorCode, Encoding.UTF8.GetString(synced.Assignment.Span)));
        Assert.Equal(version >= 5 ? ("consumer", "range") : (null, null), (synced.ProtocolType, synced.ProtocolName));
        joined.GenerationId = 7;
        synced = await client.SyncAsync(version, "g", joined);
        Assert.Equal((ErrorCode.IllegalGeneration, 0), (synced.ErrorCode, synced.Assignment.Length));
    }

    [Theory]
    [EveryVersion(ApiKey.Heartbeat)]
    public async Task Heartbeat_is_answered_in_every_version(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        JoinGroupResponse joined = await client.SettleAsync("g");
        var request = new HeartbeatRequest { GroupId = "g", MemberId = joined.MemberId, GenerationId = joined.GenerationId };
        Assert.Equal(ErrorCode.None, (await client.AskAsync<HeartbeatRequest, HeartbeatResponse>(request, version)).ErrorCode);
        request.GenerationId = 9;
        Assert.Equal(ErrorCode.IllegalGeneration, (await client.AskAsync<HeartbeatRequest, HeartbeatResponse>(request, version)).ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.LeaveGroup)]
    public async Task LeaveGroup_takes_a_member_out_in_every_version(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        JoinGroupResponse joined = await client.SettleAsync("g");
        LeaveGroupRequest request = version >= 3
            ? new LeaveGroupRequest { GroupId = "g", Members = [new LeaveGroupRequest.MemberIdentity { MemberId = joined.MemberId }] }
            : new LeaveGroupRequest { GroupId = "g", MemberId = joined.MemberId };
        LeaveGroupResponse left = await client.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(request, version);
        Assert.Equal(ErrorCode.None, left.ErrorCode);
        Assert.Equal(version >= 3 ? [(joined.MemberId, ErrorCode.None)] : [], left.Members.Select(member => (member.MemberId, member.ErrorCode)));
        left = await client.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(request, version);
        Assert.Equal(ErrorCode.UnknownMemberId, version >= 3 ? left.Members[0].ErrorCode : left.ErrorCode);
    }

    [Fact]
    public async Task A_join_that_waits_keeps_later_answers_in_order_and_other_connections_free()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient first = await broker.ConnectAsync();
        using TestClient second = await broker.ConnectAsync();
        await first.FindAsync("g");
        JoinGroupResponse member = await first.SettleAsync("g");
        Task<JoinGroupResponse> waiting = second.JoinAsync(3, "g");

        var beat = new HeartbeatRequest { GroupId = "g", MemberId = member.MemberId, GenerationId = 1 };
        while ((await first.AskAsync<HeartbeatRequest, HeartbeatResponse>(beat, 4)).ErrorCode != ErrorCode.RebalanceInProgress)
        {
            Assert.False(waiting.IsCompleted);
        }

        JoinGroupResponse again = await first.JoinAsync(4, "g", member.MemberId);
        Assert.Equal(2, again.Members.Count);
        Assert.Equal(2, (await waiting).GenerationId);
    }

    [Fact]
    public async Task After_a_restart_of_the_broker_members_go_on()
    {
        MemoryBroker before = await MemoryBroker.StartAsync();
        JoinGroupResponse joined;
        using (TestClient client = await before.ConnectAsync())
        {
            await client.FindAsync("g");
            joined = await client.SettleAsync("g");
            await client.CommitAsync(9, "simple", MemoryBroker.Topic, default, 42, 0, 1);
        }

        await before.DisposeAsync();
        await using MemoryBroker after = await before.RestartAsync();
        using TestClient again = await after.ConnectAsync();
        var beat = new HeartbeatRequest { GroupId = "g", MemberId = joined.MemberId, GenerationId = 1 };
        Assert.Equal(ErrorCode.None, (await again.AskAsync<HeartbeatRequest, HeartbeatResponse>(beat, 4)).ErrorCode);
        Assert.Equal("all", Encoding.UTF8.GetString((await again.SyncAsync(5, "g", joined)).Assignment.Span));
        OffsetFetchResponse fetched = await again.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(new OffsetFetchRequest { GroupId = "simple", Topics = null }, 7);
        Assert.Equal([42, 42], fetched.Topics[0].Partitions.Select(partition => partition.CommittedOffset));
    }

    [Fact]
    public async Task A_broker_that_stops_does_not_wait_for_those_who_wait_for_others()
    {
        MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient first = await broker.ConnectAsync();
        using TestClient second = await broker.ConnectAsync();
        await first.FindAsync("g");
        await first.SettleAsync("g");
        Task<JoinGroupResponse> waiting = second.JoinAsync(3, "g");
        while ((await broker.Parts.Groups.SnapshotAsync()).Groups[0].MemberCount < 2)
        {
            Assert.False(waiting.IsCompleted);
        }

        broker.Parts.Groups.Dispose();
        Assert.Equal(ErrorCode.NotCoordinator, (await waiting).ErrorCode);
        await broker.DisposeAsync();
    }
}
