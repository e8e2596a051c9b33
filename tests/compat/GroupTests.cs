using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>Groups of every client: joins, leaves, crashes, commits, resumption.</summary>
public class GroupTests(SharedBroker broker)
{
    private const int Partitions = 4;
    // Longer than any wait here: only a goodbye can free what such a member owns.
    private const int LongSessionMs = 240_000;
    private const int ShortSessionMs = 5_000;

    public static TheoryData<string> Clients => ClientKinds.All;

    public static TheoryData<string> ClientsThatNoticeNewPartitions => ClientKinds.Those(kind => kind.NoticesNewPartitions);

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_group_shares_its_partitions_through_joins_a_crash_and_a_leave_and_loses_nothing(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        string topic = await CreateTopicAsync($"group-{name}", Partitions);
        await using Group group = new(kind, broker.Bootstrap, Names.Unique($"members-{name}"), topic, kind.Strategies[0]);

        ClientProcess first = await group.JoinAsync(LongSessionMs);
        await ProduceAsync(topic, "a", 100);
        await group.WaitUntilSharedAsync(Partitions);
        await group.WaitUntilSeenAsync("a", 100);
        await group.CommitToEndAsync(Partitions);

        ClientProcess second = await group.JoinAsync(LongSessionMs);
        await group.WaitUntilSharedAsync(Partitions);
        ClientProcess crashing = await group.JoinAsync(ShortSessionMs);
        Assert.All((await group.WaitUntilSharedAsync(Partitions)).Values, Assert.NotEmpty);
        await ProduceAsync(topic, "b", 100);
        await group.WaitUntilSeenAsync("b", 100);
        await group.CommitToEndAsync(Partitions);

        await ProduceAsync(topic, "c", 100);
        await group.WaitUntilSeenAsync("c", 100);
        string[] uncommitted = [.. crashing.Records.Where(record => record.Text[0] == 'c').Select(record => record.Text)];
        group.Crash(crashing);
        await group.WaitUntilSharedAsync(Partitions);
        if (kind.CommitsOnDemand)
        {
            Assert.NotEmpty(uncommitted);
            await Wait.UntilAsync(
                () => uncommitted.All(text => group.Members.Any(member => member.Records.Any(record => record.Text == text))),
                "what the crashed member had not committed is delivered again");
        }

        await group.CommitToEndAsync(Partitions);
        await group.LeaveAsync(second);
        Assert.Equal(Partitions, (await group.WaitUntilSharedAsync(Partitions))[first].Count);
        await group.LeaveAsync(first);

        ClientProcess resumed = await group.JoinAsync(LongSessionMs);
        await group.WaitUntilSharedAsync(Partitions);
        await ProduceAsync(topic, "d", 100);
        await group.WaitUntilSeenAsync("d", 100);
        if (kind.CommitsOnDemand)
        {
            Assert.DoesNotContain(resumed.Records, record => record.Text[0] != 'd');
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_member_too_many_idles_until_it_is_needed(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        string topic = await CreateTopicAsync($"idle-{name}", 2);
        await using Group group = new(kind, broker.Bootstrap, Names.Unique($"idle-members-{name}"), topic, kind.Strategies[0]);
        for (int i = 0; i < 3; i++)
        {
            await group.JoinAsync(ShortSessionMs);
        }

        IReadOnlyDictionary<ClientProcess, IReadOnlyList<TopicPartition>> owned = await group.WaitUntilSharedAsync(2);
        Assert.Single(owned.Values, each => each.Count == 0);
        group.Crash(owned.First(each => each.Value.Count == 1).Key);

        Assert.All((await group.WaitUntilSharedAsync(2)).Values, each => Assert.Single(each));
        await ProduceAsync(topic, "x", 20, partitions: 2);
        await group.WaitUntilSeenAsync("x", 20);
    }

    [Fact]
    public async Task Groups_of_every_client_read_one_topic_independently()
    {
        string topic = await CreateTopicAsync("independent", Partitions);
        await ProduceAsync(topic, "v", 200);
        Group[] groups = [.. ClientKinds.List.Select(kind => new Group(kind, broker.Bootstrap, Names.Unique($"independent-{kind}"), topic, kind.Strategies[0]))];
        try
        {
            await Task.WhenAll(groups.Select(group => group.JoinAsync(LongSessionMs)));
            foreach (Group group in groups)
            {
                await group.WaitUntilSeenAsync("v", 200);
                Assert.Equal(200, group.Members[0].Records.Count);
            }
        }
        finally
        {
            foreach (Group group in groups)
            {
                await group.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Members_of_different_clients_form_one_group()
    {
        const string Strategy = "range";
        string topic = await CreateTopicAsync("mixed-group", 10);
        await using Group group = new(ClientKinds.Dotnet, broker.Bootstrap, Names.Unique("mixed-members"), topic, Strategy);
        ClientKind[] kinds = [.. ClientKinds.List.Where(kind => kind.Strategies.Contains(Strategy))];
        Assert.True(kinds.Length >= 4);

        foreach (ClientKind kind in kinds)
        {
            await group.JoinAsync(LongSessionMs, kind);
        }

        Assert.All((await group.WaitUntilSharedAsync(10)).Values, Assert.NotEmpty);
        await ProduceAsync(topic, "v", 200, partitions: 10);
        await group.WaitUntilSeenAsync("v", 200);
    }

    [Theory]
    [MemberData(nameof(ClientsThatNoticeNewPartitions))]
    public async Task A_group_takes_up_partitions_that_are_added(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        string topic = await CreateTopicAsync($"growing-{name}", 1);
        await using Group group = new(kind, broker.Bootstrap, Names.Unique($"growing-members-{name}"), topic, kind.Strategies[0]);
        await group.JoinAsync(LongSessionMs);
        await group.WaitUntilSharedAsync(1);

        using (Confluent.Kafka.IAdminClient admin = Reference.Admin(broker.Bootstrap))
        {
            await admin.CreatePartitionsAsync([new() { Topic = topic, IncreaseTo = 3 }]);
        }

        await group.WaitUntilSharedAsync(3);
        await ProduceAsync(topic, "v", 30, partitions: 3);
        await group.WaitUntilSeenAsync("v", 30);
    }

    private async Task<string> CreateTopicAsync(string what, int partitions)
    {
        string topic = Names.Unique(what);
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, partitions);
        return topic;
    }

    private Task ProduceAsync(string topic, string prefix, int count, int partitions = Partitions) =>
        Reference.ProduceAsync(broker.Bootstrap, topic, Enumerable.Range(0, count).Select(i => $"{prefix}{i}"), partitions);
}
