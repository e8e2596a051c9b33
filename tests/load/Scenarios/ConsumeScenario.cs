using Compat.Load.Librdkafka;
using Compat.Load.Model;

namespace Compat.Load.Scenarios;

/// <summary>Consumers that read what a producer wrote before, each all partitions from the beginning, over and over.</summary>
internal sealed class ConsumeScenario : Scenario
{
    private const int PollMs = 100;
    private readonly Step _consumed;
    private string _topic = "";
    private long _records;

    public ConsumeScenario() => _consumed = AddStep("consumed");

    public override string Name => "consume";

    public override string Summary => "consume --size 1024 --records 1000000 --partitions 1: from the page cache";

    public override async Task PrepareAsync(LoadContext context)
    {
        var partitions = context.Options.Number("partitions", 1);
        var payload = Topics.Payload(context.Options.Number("size", 1024));
        _records = context.Options.Number("records", 1_000_000);
        _topic = await Topics.CreateAsync(context, partitions);
        var written = new Step("written");
        var settings = Topics.ClientSettings(
            context, ("acks", "1"), ("linger.ms", "20"), ("compression.type", context.Options.Text("codec", "none")));
        using (var producer = new NativeProducer(settings, _topic, written))
        {
            for (long i = 0; i < _records; i++)
            {
                producer.Produce((int)(i / 1024 % partitions), payload, 0);
            }
        }

        if (written.Count != _records)
        {
            throw new InvalidOperationException($"only {written.Count} of {_records} records were written: {written.LastFailure}");
        }
    }

    public override Task RunAsync(LoadContext context, int copy)
    {
        var partitions = Enumerable.Range(0, context.Options.Number("partitions", 1)).ToArray();
        var settings = Topics.ClientSettings(
            context,
            ("group.id", context.RunName),
            ("enable.auto.commit", "false"),
            ("queued.min.messages", "1000000"),
            ("fetch.wait.max.ms", "100"));
        using var consumer = new NativeConsumer(settings);
        while (!context.Stop.IsCancellationRequested)
        {
            consumer.Assign(_topic, partitions, NativeConsumer.FromBeginning);
            for (long read = 0; read < _records && !context.Stop.IsCancellationRequested;)
            {
                var (records, bytes, error) = consumer.Poll(PollMs, null);
                read += records;
                _consumed.Add(records, bytes);
                if (error is not null)
                {
                    _consumed.Fail(error);
                }
            }
        }

        return Task.CompletedTask;
    }

    public override Task CleanAsync(LoadContext context) => Topics.DeleteAsync(context, _topic);
}
