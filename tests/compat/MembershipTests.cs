using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>Static members, and rebalances that leave alone what stays where it is.</summary>
public class MembershipTests(SharedBroker broker)
{
    private const string Cooperative = "cooperative-sticky";
    private const int LongSessionMs = 240_000;
    private const int ShortSessionMs = 5_000;

    public static TheoryData<string> StaticClients => ClientKinds.Those(kind => kind.StaticMembers);

    public static TheoryData<string> CooperativeClients => ClientKinds.Those(kind => kind.Strategies.Contains(Cooperative));

    [Theory]
    [MemberData(nameof(StaticClients))]
    public async Task A_static_member_that_comes_back_gets_what_it_had_and_nobody_else_notices(string name)
    {
        string topic = Names.Unique($"static-{name}");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 4);
        await using Group group = new(ClientKinds.Named(name), broker.Bootstrap, Names.Unique($"static-members-{name}"), topic, "range");
        ClientProcess stays = await group.JoinAsync(LongSessionMs, instanceId: "one");
        ClientProcess goes = await group.JoinAsync(LongSessionMs, instanceId: "two");
        IReadOnlyList<TopicPartition> had = (await group.WaitUntilSharedAsync(4))[goes];
        int assignments = stays.Assignments;

        group.Crash(goes);
        ClientProcess back = await group.JoinAsync(LongSessionMs, instanceId: "two");
        await Wait.UntilAsync(() => back.Owned.Count > 0, () => $"the static member is assigned again; {back.Evidence}");

        Assert.Equal(had, back.Owned);
        Assert.Equal(assignments, stays.Assignments);
        Assert.Equal(2, stays.Owned.Count);
    }

    [Theory]
    [MemberData(nameof(StaticClients))]
    public async Task A_static_member_that_stays_away_is_given_up(string name)
    {
        string topic = Names.Unique($"away-{name}");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 4);
        await using Group group = new(ClientKinds.Named(name), broker.Bootstrap, Names.Unique($"away-members-{name}"), topic, "range");
        ClientProcess stays = await group.JoinAsync(LongSessionMs, instanceId: "one");
        ClientProcess goes = await group.JoinAsync(ShortSessionMs, instanceId: "two");
        await group.WaitUntilSharedAsync(4);

        group.Crash(goes);

        Assert.Equal(4, (await group.WaitUntilSharedAsync(4))[stays].Count);
    }

    [Fact]
    public async Task Of_two_members_with_one_instance_id_the_older_is_fenced()
    {
        string topic = Names.Unique("fenced");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1);
        await using Group group = new(ClientKinds.Dotnet, broker.Bootstrap, Names.Unique("fenced-members"), topic, "range");
        ClientProcess older = await group.JoinAsync(LongSessionMs, instanceId: "same");
        await group.WaitUntilSharedAsync(1);

        ClientProcess newer = await group.JoinAsync(LongSessionMs, instanceId: "same");
        await Wait.UntilAsync(() => newer.Owned.Count == 1, () => $"the newer member takes over; {newer.Evidence}");
        await Wait.UntilAsync(
            () => older.Troubles.Any(trouble => trouble.Contains("fenced", StringComparison.OrdinalIgnoreCase)),
            () => $"the older member learns that it is fenced; {older.Evidence}");
    }

    [Theory]
    [MemberData(nameof(CooperativeClients))]
    public async Task A_cooperative_rebalance_takes_away_only_what_moves(string name)
    {
        string topic = Names.Unique($"cooperative-{name}");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 4);
        await using Group group = new(ClientKinds.Named(name), broker.Bootstrap, Names.Unique($"cooperative-members-{name}"), topic, Cooperative);
        ClientProcess first = await group.JoinAsync(LongSessionMs);
        await group.WaitUntilSharedAsync(4);
        List<int> owned = [];
        using CancellationTokenSource watching = new();
        Task watch = WatchAsync(() => owned.Add(first.Owned.Count), watching.Token);

        await group.JoinAsync(LongSessionMs);
        await group.WaitUntilSharedAsync(4);
        await watching.CancelAsync();
        await watch;

        // An eager rebalance would have taken all four away first.
        Assert.True(owned.Min() >= 2, $"the member that stayed was down to {owned.Min()} partitions");
        await Reference.ProduceAsync(broker.Bootstrap, topic, Enumerable.Range(0, 40).Select(i => $"v{i}"), 4);
        await group.WaitUntilSeenAsync("v", 40);
        Assert.Equal(40, group.Members.Sum(member => member.Records.Count));
    }

    private static async Task WatchAsync(Action look, CancellationToken cancellation)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(2));
        while (!cancellation.IsCancellationRequested)
        {
            look();
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
