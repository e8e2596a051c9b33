using Compat.Load.Model;
using Compat.Load.Protocol;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Load.Scenarios;

/// <summary>
/// Many connections, some of which produce a small record in turn at a rate that all share; latency runs from when the
/// request was due. The others are idle.
/// </summary>
internal sealed class BusyScenario : Scenario
{
    private const int OpenAtOnce = 50;
    private readonly Step _acknowledged;
    private readonly List<KafkaConnection> _connections = [];
    private string _topic = "";

    public BusyScenario() => _acknowledged = AddStep("acknowledged");

    public override string Name => "busy";

    public override string Summary => "busy --connections 10000 --busy 1000 --rate 2000: some of many connections produce 100 B in turn (copies 1)";

    public override async Task PrepareAsync(LoadContext context)
    {
        _topic = await Topics.CreateAsync(context, 1);
        foreach (var chunk in Enumerable.Range(0, context.Options.Number("connections", 10_000)).Chunk(OpenAtOnce))
        {
            _connections.AddRange(await Task.WhenAll(chunk.Select(_ => KafkaConnection.OpenAsync(context.BootstrapServers))));
        }
    }

    public override async Task RunAsync(LoadContext context, int copy)
    {
        var metadata = await _connections[0].SendAsync(new MetadataRequest { Topics = [new() { Name = _topic }] });
        var request = Request(metadata.Topics[0], context.Options.Number("size", 100));
        var pacer = context.NewPacer();
        var busy = Math.Min(context.Options.Number("busy", 1000), _connections.Count);
        var underWay = new Task[busy];
        Array.Fill(underWay, Task.CompletedTask);
        for (var i = 0; !context.Stop.IsCancellationRequested; i++)
        {
            var intended = pacer.WaitForNext();
            var turn = i % busy;

            // A connection that has not been answered since its last turn goes on after it; the wait counts.
            underWay[turn] = ProduceAsync(_connections[turn], underWay[turn], request, intended);
        }

        await Task.WhenAll(underWay);
    }

    public override async Task CleanAsync(LoadContext context)
    {
        _connections.ForEach(connection => connection.Dispose());
        await Topics.DeleteAsync(context, _topic);
    }

    private async Task ProduceAsync(KafkaConnection connection, Task before, ProduceRequest request, long intended)
    {
        await before;
        var response = await connection.SendAsync(request);
        var partition = response.Responses[0].PartitionResponses[0];
        if (partition.ErrorCode != ErrorCode.None)
        {
            _acknowledged.Fail(partition.ErrorCode.ToString());
            return;
        }

        _acknowledged.Record(intended, request.TopicData[0].PartitionData[0].Records.Memory.Length);
    }

    private static ProduceRequest Request(MetadataResponse.MetadataResponseTopic topic, int size)
    {
        using var batch = new RecordBatchBuilder();
        batch.Append(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), null, Topics.Payload(size));
        return new ProduceRequest
        {
            Acks = 1,
            TimeoutMs = 10_000,
            TopicData =
            {
                new ProduceRequest.TopicProduceData
                {
                    Name = topic.Name!,
                    TopicId = topic.TopicId,
                    PartitionData = { new ProduceRequest.PartitionProduceData { Index = 0, Records = batch.Build() } },
                },
            },
        };
    }
}
