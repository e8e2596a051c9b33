using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>The broker goes and comes back on the same data; clients notice a pause and nothing else.</summary>
public class RestartTests
{
    private const int PerRound = 60;
    private const int Partitions = 2;
    // Longer than a restart, so that members go on; shorter than a test waits, because kafkajs now and then comes back as a
    // new member and its group then waits for the old one's session to end.
    private const int SessionMs = 15_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Groups_of_every_client_go_on_where_they_were(bool isKilled)
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(SharedBroker.QuickSettings);
        string topic = Names.Unique("restart");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, Partitions);
        Group[] groups = [.. ClientKinds.List.Select(kind => new Group(kind, broker.Bootstrap, Names.Unique($"restart-{kind}"), topic, kind.Strategies[0]))];
        try
        {
            await Task.WhenAll(groups.Select(group => group.JoinAsync(SessionMs)));
            await ProduceAsync(broker, topic, "before");
            foreach (Group group in groups)
            {
                await group.WaitUntilSeenAsync("before", PerRound);
                await group.CommitToEndAsync(Partitions);
            }

            int[] counts = [.. groups.Select(Before)];

            await StopAsync(broker, isKilled);
            await broker.StartAsync();
            await ProduceAsync(broker, topic, "after");
            foreach (Group group in groups)
            {
                await group.WaitUntilSeenAsync("after", PerRound);
            }

            // What was committed is given to nobody again: the offsets outlived the broker.
            Assert.Equal(counts, groups.Select(Before));
        }
        finally
        {
            foreach (Group group in groups)
            {
                await group.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Everything_that_was_acknowledged_is_there_after_it(bool isKilled)
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync(SharedBroker.QuickSettings);
        string topic = Names.Unique("kept");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1, ("retention.ms", "7200000"));
        await using ClientProcess client = await ClientProcess.StartAsync(ClientKinds.Dotnet, broker.Bootstrap);
        ProduceSettings idempotent = new(Codec: "lz4", Idempotent: true);
        await client.BurstAsync(topic, 500, "a", idempotent, partition: 0);
        string clusterId = await ClusterIdAsync(broker);

        await StopAsync(broker, isKilled);
        await broker.StartAsync();
        // The same producer goes on: its sequence numbers must be known to the broker that came back.
        BurstResult after = await client.BurstAsync(topic, 500, "b", idempotent, partition: 0);

        Assert.Equal(new BurstResult(500, 0, "[]"), after);
        List<ConsumedRecord> records = await Reference.ReadAsync(broker.Bootstrap, topic, 1000);
        Assert.Equal(
            Enumerable.Range(0, 1000).Select(i => i < 500 ? $"a{i}" : $"b{i - 500}"),
            records.Select(record => record.Text));
        Assert.Equal(1000, await Reference.CountAsync(broker.Bootstrap, topic, 1));
        Assert.Equal(clusterId, await ClusterIdAsync(broker));
        using Confluent.Kafka.IAdminClient admin = Reference.Admin(broker.Bootstrap);
        Assert.Equal("7200000", (await admin.DescribeConfigsAsync([new() { Type = Confluent.Kafka.Admin.ResourceType.Topic, Name = topic }]))[0].Entries["retention.ms"].Value);
    }

    [Fact]
    public async Task A_producer_that_is_sending_while_the_broker_is_killed_loses_and_doubles_nothing()
    {
        const int Count = 5000;
        await using BrokerProcess broker = await BrokerProcess.StartAsync(SharedBroker.QuickSettings);
        string topic = Names.Unique("killed-under-load");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1);
        await using ClientProcess client = await ClientProcess.StartAsync(ClientKinds.Dotnet, broker.Bootstrap);

        Task<BurstResult> sending = client.BurstAsync(topic, Count, "v", new ProduceSettings(Idempotent: true, BatchRecords: 5), partition: 0, size: 500);
        await Wait.UntilAsync(() => Directory.Exists(Path.Combine(broker.DataDirectory, topic + "-0")) && broker.BatchesOnDisk(topic).Count > 20, "the first batches are on disk");
        broker.Kill();
        await broker.StartAsync();

        Assert.Equal(new BurstResult(Count, 0, "[]"), await sending);
        List<ConsumedRecord> records = await Reference.ReadAsync(broker.Bootstrap, topic, Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"v{i}"), records.Select(record => record.Text));
        Assert.Equal(Count, await Reference.CountAsync(broker.Bootstrap, topic, 1));
    }

    private static int Before(Group group) => group.Members[0].Records.Count(record => record.Text.StartsWith("before", StringComparison.Ordinal));

    private static async Task StopAsync(BrokerProcess broker, bool isKilled)
    {
        if (isKilled)
        {
            broker.Kill();
        }
        else
        {
            Assert.Equal(0, await broker.StopAsync());
        }
    }

    private static async Task<string> ClusterIdAsync(BrokerProcess broker)
    {
        using Confluent.Kafka.IAdminClient admin = Reference.Admin(broker.Bootstrap);
        return (await Confluent.Kafka.IAdminClientExtensions.DescribeClusterAsync(admin)).ClusterId;
    }

    private static Task ProduceAsync(BrokerProcess broker, string topic, string prefix) =>
        Reference.ProduceAsync(broker.Bootstrap, topic, Enumerable.Range(0, PerRound).Select(i => $"{prefix}{i}"), Partitions);
}
