using Compat.Load.Librdkafka;
using Compat.Load.Model;

namespace Compat.Load.Scenarios;

/// <summary>One record at a time: the next is sent when the one before is acknowledged.</summary>
internal sealed class RoundTripScenario : Scenario
{
    private readonly Step _acknowledged;
    private string _topic = "";

    public RoundTripScenario() => _acknowledged = AddStep("acknowledged");

    public override string Name => "roundtrip";

    public override string Summary => "roundtrip --size 100 --acks 1: one request at a time, linger 0";

    public override async Task PrepareAsync(LoadContext context) => _topic = await Topics.CreateAsync(context, 1);

    public override Task RunAsync(LoadContext context, int copy)
    {
        var payload = Topics.Payload(context.Options.Number("size", 100));
        var settings = Topics.ClientSettings(
            context, ("acks", context.Options.Text("acks", "1")), ("linger.ms", "0"), ("enable.idempotence", "false"));
        using var producer = new NativeProducer(settings, _topic, _acknowledged);
        var pacer = context.NewPacer();
        while (!context.Stop.IsCancellationRequested)
        {
            var settled = _acknowledged.Count + _acknowledged.Failures;
            producer.Produce(0, payload, pacer.WaitForNext());
            while (producer.InFlight > 0 && settled == _acknowledged.Count + _acknowledged.Failures)
            {
                // Polled by the delivery thread; yielding keeps the second core free for the broker.
                Thread.Yield();
            }
        }

        return Task.CompletedTask;
    }

    public override Task CleanAsync(LoadContext context) => Topics.DeleteAsync(context, _topic);
}
