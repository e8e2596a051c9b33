using Compat.Load.Librdkafka;
using Compat.Load.Model;

namespace Compat.Load.Scenarios;

/// <summary>Producers that send as fast as they may; latency runs from the intended send to the acknowledgement.</summary>
internal sealed class ProduceScenario : Scenario
{
    private readonly Step _acknowledged;
    private string _topic = "";

    public ProduceScenario() => _acknowledged = AddStep("acknowledged");

    public override string Name => "produce";

    public override string Summary => "produce --size 1024 --acks 1 --partitions 1 --linger 5 --codec none [--idempotent]";

    public override async Task PrepareAsync(LoadContext context)
    {
        _topic = await Topics.CreateAsync(context, context.Options.Number("partitions", 1));

        // The topic's leader is found and the connection made before anything counts.
        using var producer = NewProducer(context, new Step("first"));
        producer.Produce(0, [0], 0);
    }

    public override Task RunAsync(LoadContext context, int copy)
    {
        var payload = Topics.Payload(context.Options.Number("size", 1024));
        var partitions = context.Options.Number("partitions", 1);
        var pacer = context.NewPacer();
        using var producer = NewProducer(context, _acknowledged);
        // Runs of records go to one partition, as a sticky partitioner would send them.
        const int RecordsPerRun = 64;
        for (long i = 0; !context.Stop.IsCancellationRequested; i++)
        {
            producer.Produce((int)((copy + (i / RecordsPerRun)) % partitions), payload, pacer.WaitForNext());
        }

        return Task.CompletedTask;
    }

    public override Task CleanAsync(LoadContext context) => Topics.DeleteAsync(context, _topic);

    private NativeProducer NewProducer(LoadContext context, Step step)
        => new(
            Topics.ClientSettings(
                context,
                ("acks", context.Options.Text("acks", "1")),
                ("linger.ms", context.Options.Text("linger", "5")),
                ("compression.type", context.Options.Text("codec", "none")),
                ("enable.idempotence", context.Options.Flag("idempotent") ? "true" : "false"),
                ("queue.buffering.max.messages", context.Options.Text("queue", "100000"))),
            _topic,
            step);
}
