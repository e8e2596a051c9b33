using System.Diagnostics;
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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Step _first;

    public StartScenario() => _first = AddStep("first record");

    public override string Name => "start";

    public override bool EndsByItself => true;

    public override string Summary => "start --command \"PROGRAM ARGS\" --starts 10 --bootstrap HOST:PORT: process start to first acknowledged record";

    public override async Task RunAsync(LoadContext context, int copy)
    {
        var words = context.Options.Text("command", "").Split(' ', 2, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            throw new ArgumentException("--command says which broker to start");
        }

        for (var i = 0; i < context.Options.Number("starts", 10); i++)
        {
            await StartOnceAsync(context, words[0], words.Length == 2 ? words[1] : "");
        }
    }

    private async Task StartOnceAsync(LoadContext context, string program, string arguments)
    {
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await ProduceFirstAsync(context, process, errors, started);
            _first.Record(started, 0);
            await Task.Delay(context.Options.Seconds("settle", 2));
            Figures["idle MB"] = (ProcessUsage.Of(process.Id)?.ResidentBytes ?? 0) / 1048576.0;
        }
        finally
        {
            var stopping = Stopwatch.GetTimestamp();
            using var terminate = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync();
            Figures["stop seconds"] = Stopwatch.GetElapsedTime(stopping).TotalSeconds;
        }
    }

    private static async Task ProduceFirstAsync(LoadContext context, Process process, Task<string> errors, long started)
    {
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"the broker ended by itself: {await errors}");
            }

            try
            {
                using var connection = await KafkaConnection.OpenAsync(context.BootstrapServers);
                await ProduceAsync(connection, context.RunName);
                return;
            }
            catch (Exception exception) when (exception is System.Net.Sockets.SocketException or IOException)
            {
                // Not listening yet. Asked again at once: the wait is what is measured.
                await Task.Delay(1);
            }
        }

        throw new TimeoutException("no record was acknowledged within a minute");
    }

    private static async Task ProduceAsync(KafkaConnection connection, string topicName)
    {
        while (true)
        {
            var metadata = await connection.SendAsync(new MetadataRequest
            {
                Topics = [new MetadataRequest.MetadataRequestTopic { Name = topicName }],
                AllowAutoTopicCreation = true,
            });
            var topic = metadata.Topics[0];
            if (topic.ErrorCode == ErrorCode.None && topic.Partitions.Count > 0)
            {
                var produced = await connection.SendAsync(Request(topic));
                if (produced.Responses[0].PartitionResponses[0].ErrorCode == ErrorCode.None)
                {
                    return;
                }
            }

            await Task.Delay(1);
        }
    }

    private static ProduceRequest Request(MetadataResponse.MetadataResponseTopic topic)
    {
        using var batch = new RecordBatchBuilder();
        batch.Append(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), null, "first"u8.ToArray());
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
