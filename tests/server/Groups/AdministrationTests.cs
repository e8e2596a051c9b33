using System.Net;
using System.Text;
using Compat.Server.Handlers;
using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Groups;

public class AdministrationTests
{
    [Theory]
    [EveryVersion(ApiKey.FindCoordinator, To = 3)]
    public async Task FindCoordinator_creates_the_topic_and_names_the_node_before_version_4(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        FindCoordinatorResponse found = await client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { Key = "g" }, version);
        Assert.Equal((ErrorCode.None, broker.Parts.NodeId, "127.0.0.1", 9092), (found.ErrorCode, found.NodeId, found.Host, found.Port));
        Assert.Equal(version >= 1 ? "NONE" : "", found.ErrorMessage);
        Assert.NotEqual(Uuid.Zero, broker.IdOf("__consumer_offsets"));
    }

    [Theory]
    [EveryVersion(ApiKey.FindCoordinator, From = 4)]
    public async Task FindCoordinator_answers_every_key_since_version_4(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        FindCoordinatorResponse found = await client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { CoordinatorKeys = ["a", "", "b"] }, version);
        Assert.Equal(
            [("a", ErrorCode.None, "127.0.0.1", 9092), ("", ErrorCode.None, "127.0.0.1", 9092), ("b", ErrorCode.None, "127.0.0.1", 9092)],
            found.Coordinators.Select(coordinator => (coordinator.Key, coordinator.ErrorCode, coordinator.Host, coordinator.Port)));
    }

    [Theory]
    [InlineData(1, 1, "tx", ErrorCode.CoordinatorNotAvailable)]
    [InlineData(6, 1, "tx", ErrorCode.CoordinatorNotAvailable)]
    [InlineData(5, 2, "g:AAAAAAAAAAEAAAAAAAAAAg:0", ErrorCode.InvalidRequest)]
    [InlineData(6, 2, "g:AAAAAAAAAAEAAAAAAAAAAg:0", ErrorCode.CoordinatorNotAvailable)]
    [InlineData(6, 2, "g:h:AAAAAAAAAAEAAAAAAAAAAg:0", ErrorCode.CoordinatorNotAvailable)]
    [InlineData(6, 2, "g", ErrorCode.InvalidRequest)]
    [InlineData(6, 2, ":AAAAAAAAAAEAAAAAAAAAAg:0", ErrorCode.InvalidRequest)]
    [InlineData(6, 2, "g:AAAAAAAAAAEAAAAAAAAAAg:x", ErrorCode.InvalidRequest)]
    [InlineData(1, 3, "g", ErrorCode.InvalidRequest)]
    [InlineData(6, -1, "g", ErrorCode.InvalidRequest)]
    public async Task FindCoordinator_knows_no_other_coordinators(short version, sbyte type, string key, ErrorCode expected)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        FindCoordinatorRequest request = version < 4
            ? new FindCoordinatorRequest { KeyType = type, Key = key }
            : new FindCoordinatorRequest { KeyType = type, CoordinatorKeys = [key] };
        FindCoordinatorResponse found = await client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(request, version);
        if (version < 4)
        {
            Assert.Equal((expected, -1, "", -1), (found.ErrorCode, found.NodeId, found.Host, found.Port));
        }
        else
        {
            FindCoordinatorResponse.Coordinator only = Assert.Single(found.Coordinators);
            Assert.Equal((expected, key, -1, "", -1), (only.ErrorCode, only.Key, only.NodeId, only.Host, only.Port));
            Assert.NotEmpty(only.ErrorMessage!);
        }
    }

    [Theory]
    [EveryVersion(ApiKey.DescribeGroups)]
    public async Task DescribeGroups_shows_groups_in_every_version(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        JoinGroupResponse joined = await client.SettleAsync("g");
        DescribeGroupsResponse response = await client.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new DescribeGroupsRequest { Groups = ["none", "g"], IncludeAuthorizedOperations = version >= 3 }, version);
        DescribeGroupsResponse.DescribedGroup none = response.Groups[0];
        Assert.Equal(("none", "Dead", version >= 6 ? ErrorCode.GroupIdNotFound : ErrorCode.None), (none.GroupId, none.GroupState, none.ErrorCode));
        Assert.Equal(version >= 6 ? "Group none not found." : null, none.ErrorMessage);
        DescribeGroupsResponse.DescribedGroup group = response.Groups[1];
        Assert.Equal(("g", "Stable", "consumer", "range"), (group.GroupId, group.GroupState, group.ProtocolType, group.ProtocolData));
        Assert.Equal(version >= 3 ? 0xD48 : int.MinValue, group.AuthorizedOperations);
        DescribeGroupsResponse.DescribedGroupMember member = Assert.Single(group.Members);
        Assert.Equal((joined.MemberId, "test", "/127.0.0.1"), (member.MemberId, member.ClientId, member.ClientHost));
        Assert.Equal(("meta", "all"), (Encoding.UTF8.GetString(member.MemberMetadata.Span), Encoding.UTF8.GetString(member.MemberAssignment.Span)));
    }

    [Theory]
    [EveryVersion(ApiKey.ListGroups)]
    public async Task ListGroups_lists_groups_in_every_version(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        Assert.Empty((await client.AskAsync<ListGroupsRequest, ListGroupsResponse>(new ListGroupsRequest(), version)).Groups);
        await client.FindAsync("g");
        await client.SettleAsync("g");
        await client.CommitAsync(9, "simple", MemoryBroker.Topic, default, 1, 0);
        ListGroupsResponse all = await client.AskAsync<ListGroupsRequest, ListGroupsResponse>(new ListGroupsRequest(), version);
        Assert.Equal(
            [("g", "consumer", version >= 4 ? "Stable" : "", version >= 5 ? "classic" : ""), ("simple", "", version >= 4 ? "Empty" : "", version >= 5 ? "classic" : "")],
            all.Groups.Select(group => (group.GroupId, group.ProtocolType, group.GroupState, group.GroupType)).Order());
        if (version >= 4)
        {
            var filter = new ListGroupsRequest { StatesFilter = ["Empty"], TypesFilter = version >= 5 ? ["classic"] : [] };
            ListGroupsResponse some = await client.AskAsync<ListGroupsRequest, ListGroupsResponse>(filter, version);
            Assert.Equal("simple", Assert.Single(some.Groups).GroupId);
        }
    }

    [Theory]
    [EveryVersion(ApiKey.DeleteGroups)]
    public async Task DeleteGroups_answers_every_group_in_every_version(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("g");
        await client.SettleAsync("g");
        await client.CommitAsync(9, "simple", MemoryBroker.Topic, default, 1, 0);
        DeleteGroupsResponse deleted = await client.AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(
            new DeleteGroupsRequest { GroupsNames = ["none", "simple", "g", "simple"] }, version);
        Assert.Equal(
            [("none", ErrorCode.GroupIdNotFound), ("simple", ErrorCode.None), ("g", ErrorCode.NonEmptyGroup)],
            deleted.Results.Select(result => (result.GroupId, result.ErrorCode)));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("::1", "0:0:0:0:0:0:0:1")]
    [InlineData("fe80::12ab:0:1", "fe80:0:0:0:0:12ab:0:1")]
    public void A_client_s_host_is_printed_as_java_does(string address, string expected) =>
        Assert.Equal(expected, GroupContexts.Print(IPAddress.Parse(address)));
}
