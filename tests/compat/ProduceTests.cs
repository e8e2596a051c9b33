using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>Every client, codec and acks value, onto a topic that does not exist before; read by every client.</summary>
public class ProduceTests(SharedBroker broker)
{
    private const int PerBurst = 20;
    private static readonly int[] AcksValues = [-1, 1, 0];

    public static TheoryData<string> Clients => ClientKinds.All;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Every_codec_and_acks_value_arrives_as_it_was_sent(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);
        foreach (string codec in kind.Codecs)
        {
            string topic = Names.Unique($"codec-{name}-{codec}");
            foreach (int acks in AcksValues)
            {
                BurstResult result = await client.BurstAsync(topic, PerBurst, $"acks{acks}-", new ProduceSettings(acks, codec), size: 200);
                Assert.Equal(new BurstResult(PerBurst, 0, "[]"), result);
            }

            List<ConsumedRecord> records = await Reference.ReadAsync(broker.Bootstrap, topic, PerBurst * AcksValues.Length);

            Assert.Equal(ExpectedTexts(), records.Select(record => record.Text).Order(StringComparer.Ordinal));
            // A client that finds something amiss in the broker's versions drops compression without a word.
            Assert.All(broker.BatchesOnDisk(topic) ?? [], batch => Assert.Equal(codec, batch.Codec));
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Every_codec_that_another_client_wrote_can_be_read(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        await using ClientProcess writer = await ClientProcess.StartAsync(ClientKinds.Dotnet, broker.Bootstrap);
        string topic = Names.Unique($"mixed-{name}");
        string[] codecs = [.. ClientKinds.Dotnet.Codecs.Except(kind.UnreadableCodecs)];
        foreach (string codec in codecs)
        {
            await writer.BurstAsync(topic, PerBurst, codec + "-", new ProduceSettings(Codec: codec), partition: 0, size: 200);
        }

        await using ClientProcess reader = await ClientProcess.StartAsync(kind, broker.Bootstrap);
        await reader.AssignAsync(topic, [0]);
        await Wait.UntilAsync(() => reader.Records.Count >= codecs.Length * PerBurst, () => $"{name} reads all codecs; {reader.Evidence}");

        Assert.Equal(codecs.SelectMany(codec => Enumerable.Range(0, PerBurst).Select(i => $"{codec}-{i}")), reader.Records.Select(record => record.Text));
        Assert.Equal(Enumerable.Range(0, codecs.Length * PerBurst).Select(i => (long)i), reader.Records.Select(record => record.Offset));
    }

    private static IEnumerable<string> ExpectedTexts() =>
        AcksValues.SelectMany(acks => Enumerable.Range(0, PerBurst).Select(i => $"acks{acks}-{i}")).Order(StringComparer.Ordinal);
}
