using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Proxy;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>Answers are lost between broker and client; the client sends again; the log must not show it.</summary>
public class RetryTests(ProxiedBroker broker) : IClassFixture<ProxiedBroker>
{
    private const int Records = 200;
    private const int PerBatch = 10;
    private const int CutEvery = 4;
    private const int MostCuts = 5;

    public static TheoryData<string> IdempotentClients => ClientKinds.Those(kind => kind.Idempotent);

    public static TheoryData<string> Clients => ClientKinds.All;

    [Theory]
    [MemberData(nameof(IdempotentClients))]
    public async Task An_idempotent_producer_whose_answers_are_lost_doubles_nothing(string name)
    {
        (List<ConsumedRecord> records, int cuts) = await ProduceWhileAnswersAreLostAsync(ClientKinds.Named(name), idempotent: true);

        Assert.True(cuts > 1, $"only {cuts} answers were lost");
        Assert.Equal(Enumerable.Range(0, Records).Select(i => $"v{i}"), records.Select(record => record.Text));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_plain_producer_whose_answers_are_lost_loses_nothing(string name)
    {
        (List<ConsumedRecord> records, int cuts) = await ProduceWhileAnswersAreLostAsync(ClientKinds.Named(name), idempotent: false);

        Assert.True(cuts > 1, $"only {cuts} answers were lost");
        Assert.Equal(Records, records.Select(record => record.Text).Distinct().Count());
        // Without idempotence the same loss doubles records: the test above would see it.
        Assert.True(records.Count > Records, "the retry left no trace, so the loss was not one");
    }

    [Fact]
    public async Task An_idempotent_producer_whose_request_times_out_doubles_nothing()
    {
        string topic = Names.Unique("swallowed");
        await Reference.CreateTopicAsync(broker.DirectBootstrap, topic, 1);
        int swallowed = 0;
        // kafkajs, because librdkafka waits for an answer as long as the record may take altogether.
        broker.Proxy.Rule = request => request.Api == ApiNumber.Produce && Interlocked.Increment(ref swallowed) == 2 ? Fate.SwallowTheAnswer : Fate.Pass;
        await using ClientProcess client = await ClientProcess.StartAsync(ClientKinds.KafkaJs, broker.Bootstrap);

        BurstResult result = await client.BurstAsync(topic, Records, "v", new ProduceSettings(Idempotent: true, BatchRecords: PerBatch), partition: 0);

        Assert.Equal(new BurstResult(Records, 0, "[]"), result);
        Assert.Equal(
            Enumerable.Range(0, Records).Select(i => $"v{i}"),
            (await ReadAllAsync(topic)).Select(record => record.Text));
    }

    private async Task<(List<ConsumedRecord> Records, int Cuts)> ProduceWhileAnswersAreLostAsync(ClientKind kind, bool idempotent)
    {
        string topic = Names.Unique($"lost-answers-{kind}");
        await Reference.CreateTopicAsync(broker.DirectBootstrap, topic, 1);
        int requests = 0;
        int cuts = 0;
        broker.Proxy.Rule = request =>
        {
            bool isCut = request.Api == ApiNumber.Produce && Interlocked.Increment(ref requests) % CutEvery == 1 && Volatile.Read(ref cuts) < MostCuts;
            if (isCut)
            {
                Interlocked.Increment(ref cuts);
            }

            return isCut ? Fate.CutInPlaceOfTheAnswer : Fate.Pass;
        };
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);

        BurstResult result = await client.BurstAsync(topic, Records, "v", new ProduceSettings(Idempotent: idempotent, BatchRecords: PerBatch), partition: 0);

        Assert.Equal(new BurstResult(Records, 0, "[]"), result);
        return (await ReadAllAsync(topic), cuts);
    }

    private async Task<List<ConsumedRecord>> ReadAllAsync(string topic)
    {
        long count = await Reference.CountAsync(broker.DirectBootstrap, topic, 1);
        return await Reference.ReadAsync(broker.DirectBootstrap, topic, (int)count);
    }
}
