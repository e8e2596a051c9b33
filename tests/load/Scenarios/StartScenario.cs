using Compat.Load.Measure;
using Compat.Load.Model;
using Compat.Load.Protocol;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Load.Scenarios;

/// <summary>Starts a broker again and again and takes the time from the start of its process to its first acknowledged record.</summary>
internal sealed class StartScenario : Scenario
{
    private readonly Step _first;

    public StartScenario() => _first = AddStep("first record");

    public override string Name => "start";

    public override bool EndsByItself => true;

    public override string Summary => "start --command \"PROGRAM ARGS\" --starts 10 --bootstrap HOST:PORT: process start to first acknowledged record";

    public override async Task RunAsync(LoadContext context, int copy)
    {
        for (var i = 0; i < context.Options.Number("starts", 10); i++)
        {
            await using var broker = StartedBroker.Start(context);
            await broker.UntilAsync(connection => ProducesAsync(connection, context.RunName));
            _first.Record(broker.StartedTimestamp, 0);
            await Task.Delay(context.Options.Seconds("settle", 2));
            Figures["idle MB"] = broker.Usage.ResidentBytes / 1048576.0;
            Figures["stop seconds"] = await broker.EndAsync("-TERM");
        }
    }

    private static async Task<bool> ProducesAsync(KafkaConnection connection, string topicName)
    {
        var metadata = await connection.SendAsync(new MetadataRequest
        {
            Topics = [new MetadataRequest.MetadataRequestTopic { Name = topicName }],
            AllowAutoTopicCreation = true,
        });
        var topic = metadata.Topics[0];
        if (topic.ErrorCode != ErrorCode.None || topic.Partitions.Count == 0)
        {
            return false;
        }

        var produced = await connection.SendAsync(Request(topic, partitions: 1));
        return produced.Responses[0].PartitionResponses[0].ErrorCode == ErrorCode.None;
    }

    /// <summary>One small record for each of the first partitions of a topic.</summary>
    public static ProduceRequest Request(MetadataResponse.MetadataResponseTopic topic, int partitions) =>
        new() { Acks = 1, TimeoutMs = 10_000, TopicData = { Data(topic, Enumerable.Range(0, partitions)) } };

    /// <summary>One small record for each of some partitions of a topic.</summary>
    public static ProduceRequest.TopicProduceData Data(MetadataResponse.MetadataResponseTopic topic, IEnumerable<int> partitions)
    {
        using var batch = new RecordBatchBuilder();
        batch.Append(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), null, "first"u8.ToArray());
        var records = batch.Build();
        return new ProduceRequest.TopicProduceData
        {
            Name = topic.Name!,
            TopicId = topic.TopicId,
            PartitionData = [.. partitions.Select(index => new ProduceRequest.PartitionProduceData { Index = index, Records = records })],
        };
    }
}
