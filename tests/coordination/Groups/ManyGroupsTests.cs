using System.Diagnostics;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

public class ManyGroupsTests
{
    private const int Groups = 100;
    private const int Members = 10;

    [Fact]
    public async Task A_hundred_groups_of_ten_members_join_and_settle_within_five_seconds()
    {
        using var fixture = new CoordinatorFixture();
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Groups).SelectMany(group => Enumerable.Range(0, Members).Select(_ => Task.Run(() => JoinUntilSettled(fixture, $"group-{group}")))));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);

        List<ListGroupsResponse.ListedGroup> groups = (await fixture.Coordinator.ListGroupsAsync(new ListGroupsRequest())).Groups;
        Assert.Equal(Groups, groups.Count);
        Assert.All(groups, group => Assert.Equal("Stable", group.GroupState));
        Assert.All((await fixture.Coordinator.SnapshotAsync()).Groups, group => Assert.Equal(Members, group.MemberCount));
        Assert.True(elapsed < TimeSpan.FromSeconds(5), $"{elapsed}");
    }

    private static async Task JoinUntilSettled(CoordinatorFixture fixture, string group)
    {
        JoinGroupResponse joined = await fixture.Join(9, groupId: group);
        while (true)
        {
            joined = await fixture.Join(9, joined.MemberId, group);
            Assert.Equal(ErrorCode.None, joined.ErrorCode);
            ErrorCode error = (await fixture.Sync(5, joined, group)).ErrorCode;
            while (error == ErrorCode.None)
            {
                error = (await fixture.Coordinator.HeartbeatAsync(
                    new HeartbeatRequest { GroupId = group, MemberId = joined.MemberId, GenerationId = joined.GenerationId },
                    CoordinatorFixture.Context(4))).ErrorCode;
                if (error == ErrorCode.None && (await fixture.Coordinator.DescribeGroupsAsync([group], CoordinatorFixture.Context(5)))[0] is { GroupState: "Stable", Members.Count: Members })
                {
                    return;
                }

                await Task.Yield();
            }
        }
    }
}
