using System.Buffers.Binary;
using Compat.Load.Librdkafka;
using Compat.Load.Model;

namespace Compat.Load.Scenarios;

/// <summary>Records sent at a rate; each carries its intended send time and is timed where the waiting consumer gets it.</summary>
internal sealed class EndToEndScenario : Scenario
{
    private const int PollMs = 100;
    private readonly Step _acknowledged;
    private readonly Step _received;
    private readonly TaskCompletionSource _consuming = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _topic = "";

    public EndToEndScenario()
    {
        _acknowledged = AddStep("acknowledged");
        _received = AddStep("received");
    }

    public override string Name => "endtoend";

    public override string Summary => "endtoend --size 100 --acks 1 --rate 1000: from the send to the waiting consumer (copies 1)";

    public override async Task PrepareAsync(LoadContext context)
    {
        _topic = await Topics.CreateAsync(context, 1);
        using var first = new NativeProducer(Topics.ClientSettings(context), _topic, new Step("first"));
        first.Produce(0, new byte[sizeof(long)], 0);
    }

    public override async Task RunAsync(LoadContext context, int copy)
    {
        var consuming = Task.Factory.StartNew(() => Consume(context), TaskCreationOptions.LongRunning);
        await _consuming.Task;
        await Task.Factory.StartNew(() => Produce(context), TaskCreationOptions.LongRunning);
        await consuming;
    }

    public override Task CleanAsync(LoadContext context) => Topics.DeleteAsync(context, _topic);

    private void Produce(LoadContext context)
    {
        var payload = Topics.Payload(Math.Max(sizeof(long), context.Options.Number("size", 100)));
        var settings = Topics.ClientSettings(
            context, ("acks", context.Options.Text("acks", "1")), ("linger.ms", context.Options.Text("linger", "0")), ("enable.idempotence", "false"));
        using var producer = new NativeProducer(settings, _topic, _acknowledged);
        var pacer = context.NewPacer();
        while (!context.Stop.IsCancellationRequested)
        {
            var intended = pacer.WaitForNext();
            BinaryPrimitives.WriteInt64LittleEndian(payload, intended);
            producer.Produce(0, payload, intended);
        }
    }

    private void Consume(LoadContext context)
    {
        var settings = Topics.ClientSettings(
            context, ("group.id", context.RunName), ("enable.auto.commit", "false"), ("fetch.wait.max.ms", "500"));
        using var consumer = new NativeConsumer(settings);
        consumer.Assign(_topic, [0], NativeConsumer.FromBeginning);
        while (!context.Stop.IsCancellationRequested)
        {
            var (_, _, error) = consumer.Poll(PollMs, OnRecord, capacity: 1);
            if (error is not null)
            {
                _received.Fail(error);
            }
        }
    }

    private void OnRecord(ReadOnlySpan<byte> value)
    {
        var intended = BinaryPrimitives.ReadInt64LittleEndian(value);
        if (intended == 0)
        {
            // The record of the preparation: the consumer is at the end now and waits for the next.
            _consuming.TrySetResult();
            return;
        }

        _received.Record(intended, value.Length);
    }
}
