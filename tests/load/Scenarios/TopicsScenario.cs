using System.Diagnostics;
using Compat.Load.Model;
using Compat.Load.Protocol;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Scenarios;

/// <summary>Creates many topics, one request each, and waits until every partition has a leader.</summary>
internal sealed class TopicsScenario : Scenario
{
    private readonly Step _created;

    public TopicsScenario() => _created = AddStep("created");

    public override string Name => "topics";

    public override bool EndsByItself => true;

    public override string Summary => "topics --topics 1000 --partitions 10 [--per-request 1]: until every partition has a leader";

    public override async Task RunAsync(LoadContext context, int copy)
    {
        var topics = context.Options.Number("topics", 1000);
        var partitions = context.Options.Number("partitions", 10);
        using var connection = await KafkaConnection.OpenAsync(context.BootstrapServers);
        var started = Stopwatch.GetTimestamp();
        await CreateAsync(connection, context, topics, partitions, _created);
        Figures["seconds to create"] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        while (!await AreLedAsync(connection, context, topics * partitions))
        {
            await Task.Delay(20);
        }

        Figures["seconds until all have leaders"] = Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Creates topics named after the run, <c>--per-request</c> at a time.</summary>
    public static async Task CreateAsync(KafkaConnection connection, LoadContext context, int topics, int partitions, Step created)
    {
        foreach (var chunk in Enumerable.Range(0, topics).Chunk(context.Options.Number("per-request", 1)))
        {
            var sent = Stopwatch.GetTimestamp();
            var names = chunk.Select(topic => $"{context.RunName}-{topic}").ToArray();
            var response = await connection.SendAsync(Create(names, partitions, (short)context.Options.Number("replication", 1)));
            foreach (var topic in response.Topics)
            {
                if (topic.ErrorCode != ErrorCode.None)
                {
                    throw new InvalidOperationException($"{topic.Name}: {topic.ErrorCode} {topic.ErrorMessage}");
                }

                created.Record(sent, 0);
            }
        }
    }

    /// <summary>Whether so many partitions of this run's topics have a leader.</summary>
    public static async Task<bool> AreLedAsync(KafkaConnection connection, LoadContext context, int partitions)
    {
        var metadata = await connection.SendAsync(new MetadataRequest { Topics = null, AllowAutoTopicCreation = false });
        return partitions == metadata.Topics.Where(topic => topic.Name!.StartsWith($"{context.RunName}-", StringComparison.Ordinal))
            .Sum(topic => topic.Partitions.Count(partition => partition.LeaderId >= 0));
    }

    public override async Task CleanAsync(LoadContext context)
    {
        if (context.Options.Flag("keep"))
        {
            return;
        }

        using var connection = await KafkaConnection.OpenAsync(context.BootstrapServers);
        await connection.SendAsync(new DeleteTopicsRequest
        {
            TimeoutMs = 60_000,
            Topics =
            [
                .. Enumerable.Range(0, context.Options.Number("topics", 1000))
                    .Select(topic => new DeleteTopicsRequest.DeleteTopicState { Name = $"{context.RunName}-{topic}" }),
            ],
        });
    }

    private static CreateTopicsRequest Create(string[] names, int partitions, short replication) => new()
    {
        TimeoutMs = 60_000,
        Topics =
        [
            .. names.Select(name => new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = partitions, ReplicationFactor = replication }),
        ],
    };
}
