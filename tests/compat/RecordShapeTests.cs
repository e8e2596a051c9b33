using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>Keys, values and headers in every shape; sizes up to the limit and over it; times.</summary>
public class RecordShapeTests(SharedBroker broker)
{
    private const int MessageTooLarge = 10;
    private const int LargeRecord = 900_000;
    private const long Midnight = 1_700_000_000_000;

    public static TheoryData<string> Clients => ClientKinds.All;

    public static TheoryData<string> ClientsThatSetTimes => ClientKinds.Those(kind => kind.SetsTimestamps);

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Keys_values_and_headers_come_back_as_they_went(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        string topic = Names.Unique($"shapes-{name}");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1);
        OutgoingRecord[] sent = [.. Shapes(kind)];
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);

        // One at a time, so that their order is known whatever the client batches.
        foreach (OutgoingRecord record in sent)
        {
            Assert.All(await client.ProduceAsync(topic, [record]), delivery => Assert.True(delivery.Succeeded, delivery.Failure));
        }

        List<ConsumedRecord> byReference = await Reference.ReadAsync(broker.Bootstrap, topic, sent.Length);
        await client.AssignAsync(topic, [0]);
        await Wait.UntilAsync(() => client.Records.Count >= sent.Length, () => $"{name} reads its own records; {client.Evidence}");

        AssertSame(sent, byReference);
        AssertSame(sent, client.Records);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_record_over_the_topic_s_limit_is_refused_and_the_next_goes_through(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        string topic = Names.Unique($"limit-{name}");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1, ("max.message.bytes", "20000"));
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);

        Delivery tooLarge = Assert.Single(await client.ProduceAsync(topic, [new OutgoingRecord(new byte[30_000], Partition: 0)]));
        Delivery next = Assert.Single(await client.ProduceAsync(topic, [new OutgoingRecord(new byte[10_000], Partition: 0)]));

        Assert.False(tooLarge.Succeeded);
        Assert.True(next.Succeeded, next.Failure);
        if (kind.ReportsDeliveries)
        {
            Assert.Equal(MessageTooLarge, tooLarge.Code);
            Assert.Equal(0, next.Offset);
        }

        Assert.Single(await Reference.ReadAsync(broker.Bootstrap, topic, 1));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_record_over_the_broker_s_limit_is_refused(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        string topic = Names.Unique($"broker-limit-{name}");
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);

        Delivery delivery = Assert.Single(await client.ProduceAsync(
            topic, [new OutgoingRecord(new byte[2_000_000], Partition: 0)], new ProduceSettings(MaxRequestBytes: 5_000_000)));

        Assert.False(delivery.Succeeded);
        Assert.Equal(kind.ReportsDeliveries ? MessageTooLarge : null, delivery.Code);
    }

    [Theory]
    [MemberData(nameof(ClientsThatSetTimes))]
    public async Task A_consumer_starts_at_the_first_record_of_a_time(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        string topic = Names.Unique($"time-{name}");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1, ("retention.ms", "-1"));
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);
        // Times rise by ten seconds, but for one record that is older than those before it.
        long[] times = [.. Enumerable.Range(0, 20).Select(i => Midnight + (i == 12 ? 5_000 : i * 10_000))];

        await client.ProduceAsync(topic, times.Select((time, i) => new OutgoingRecord(Reference.Utf8($"at-{i}"), Partition: 0, Timestamp: time)));
        await client.AssignAsync(topic, [0], fromTime: Midnight + 95_000);
        await Wait.UntilAsync(() => client.Records.Any(record => record.Text == "at-19"), () => $"{name} reads to the end; {client.Evidence}");

        Assert.Equal(Enumerable.Range(10, 10).Select(i => $"at-{i}"), client.Records.Select(record => record.Text));
        Assert.Equal(times[10..], client.Records.Select(record => record.Timestamp));
    }

    private static IEnumerable<OutgoingRecord> Shapes(ClientKind kind)
    {
        byte[] binary = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] large = new byte[LargeRecord];
        new Random(7).NextBytes(large);

        yield return new(Reference.Utf8("plain"));
        yield return new(Reference.Utf8("with a key"), Reference.Utf8("key"));
        yield return new(null, Reference.Utf8("tombstone"));
        yield return new(binary, Reference.Utf8("binary"));
        yield return new(large, Reference.Utf8("large"));
        yield return new(Reference.Utf8("headers"), Headers: [new("one", Reference.Utf8("1")), new("two", Reference.Utf8("2"))]);
        if (kind.NullHeaders)
        {
            yield return new(Reference.Utf8("null header"), Headers: [new("none", null)]);
        }

        if (kind.EmptyIsNotNull)
        {
            yield return new([], Reference.Utf8("empty value"));
            yield return new(Reference.Utf8("empty key"), []);
        }
    }

    private static void AssertSame(IReadOnlyList<OutgoingRecord> sent, IReadOnlyList<ConsumedRecord> received)
    {
        Assert.Equal(sent.Count, received.Count);
        foreach ((OutgoingRecord expected, ConsumedRecord actual) in sent.Zip(received))
        {
            Assert.Equal(expected.Key, actual.Key);
            Assert.Equal(expected.Value, actual.Value);
            Assert.Equal((expected.Headers ?? []).Select(header => header.ToString()), actual.Headers.Select(header => header.ToString()));
        }
    }
}
