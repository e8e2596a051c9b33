using System.Diagnostics;
using Compat.Load.Measure;
using Compat.Load.Model;
using Compat.Load.Protocol;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Scenarios;

/// <summary>Fills a broker with topics, ends it, and takes the time from its next start until every partition is led again.</summary>
internal sealed class RestartScenario : Scenario
{
    private readonly Step _created;
    private readonly Step _written;
    private readonly Step _ready;

    public RestartScenario()
    {
        _ready = AddStep("ready");
        _created = AddStep("created");
        _written = AddStep("written");
    }

    public override string Name => "restart";

    public override bool EndsByItself => true;

    public override string Summary =>
        "restart --command \"PROGRAM ARGS\" --topics 1000 --partitions 10 [--kill] --bootstrap HOST:PORT: process start until all partitions are led";

    public override async Task RunAsync(LoadContext context, int copy)
    {
        var topics = context.Options.Number("topics", 1000);
        var partitions = context.Options.Number("partitions", 10);
        await using (var broker = StartedBroker.Start(context))
        {
            await broker.UntilAsync(connection => FillAsync(connection, context, topics, partitions));
            Figures["MB before"] = broker.Usage.ResidentBytes / 1048576.0;
            Figures["seconds to end"] = await broker.EndAsync(context.Options.Flag("kill") ? "-KILL" : "-TERM");
        }

        await using var again = StartedBroker.Start(context);
        await again.UntilAsync(connection => TopicsScenario.AreLedAsync(connection, context, topics * partitions));
        _ready.Record(again.StartedTimestamp, 0);
        Figures["seconds until ready"] = Stopwatch.GetElapsedTime(again.StartedTimestamp).TotalSeconds;
        Figures["MB after"] = again.Usage.ResidentBytes / 1048576.0;
        Figures["seconds to end again"] = await again.EndAsync("-TERM");
    }

    /// <summary>Creates the topics, and writes some records to each partition, so that every log has something to lose.</summary>
    private async Task<bool> FillAsync(KafkaConnection connection, LoadContext context, int topics, int partitions)
    {
        var started = Stopwatch.GetTimestamp();
        await TopicsScenario.CreateAsync(connection, context, topics, partitions, _created);
        Figures["seconds to create"] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        for (var topic = 0; topic < topics; topic++)
        {
            var sent = Stopwatch.GetTimestamp();
            await WriteAsync(connection, $"{context.RunName}-{topic}", partitions);
            _written.Record(sent, 0);
        }

        return true;
    }

    private static async Task WriteAsync(KafkaConnection connection, string topic, int partitions)
    {
        var metadata = await connection.SendAsync(new MetadataRequest { Topics = [new() { Name = topic }] });
        var response = await connection.SendAsync(StartScenario.Request(metadata.Topics[0], partitions));
        foreach (var partition in response.Responses[0].PartitionResponses)
        {
            if (partition.ErrorCode != ErrorCode.None)
            {
                throw new InvalidOperationException($"{topic}-{partition.Index}: {partition.ErrorCode}");
            }
        }
    }
}
