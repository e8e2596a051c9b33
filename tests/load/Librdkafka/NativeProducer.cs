using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Compat.Load.Model;

namespace Compat.Load.Librdkafka;

/// <summary>A librdkafka producer whose every delivery is counted and timed in a <see cref="Step"/> without an allocation.</summary>
internal sealed unsafe class NativeProducer : IDisposable
{
    private const int PollMs = 50;
    private const int FlushMs = 60_000;
    private readonly Step _step;
    private readonly GCHandle _self;
    private readonly IntPtr _client;
    private readonly IntPtr _topic;
    private readonly Thread _poller;
    private volatile bool _stopping;

    public NativeProducer(IEnumerable<KeyValuePair<string, string>> settings, string topic, Step step)
    {
        _step = step;
        _self = GCHandle.Alloc(this);
        var configuration = NativeHandle.Configure(settings);
        NativeMethods.rd_kafka_conf_set_opaque(configuration, GCHandle.ToIntPtr(_self));
        NativeMethods.rd_kafka_conf_set_dr_msg_cb(configuration, &OnDelivery);
        _client = NativeHandle.Start(NativeMethods.Producer, configuration);
        _topic = NativeMethods.rd_kafka_topic_new(_client, topic, IntPtr.Zero);
        _poller = new Thread(Poll) { IsBackground = true, Name = "delivery reports" };
        _poller.Start();
    }

    /// <summary>Queues one record, waiting while the queue is full. It counts once the broker has acknowledged it.</summary>
    /// <remarks>The latency runs from <paramref name="intendedTimestamp"/>, when the record should have been sent.</remarks>
    public void Produce(int partition, ReadOnlySpan<byte> value, long intendedTimestamp)
    {
        fixed (byte* payload = value)
        {
            const int Flags = NativeMethods.FlagCopy | NativeMethods.FlagBlock;
            if (NativeMethods.rd_kafka_produce(_topic, partition, Flags, payload, (nuint)value.Length, null, 0, (IntPtr)intendedTimestamp) != 0)
            {
                _step.Fail(NativeMethods.ErrorText(NativeMethods.rd_kafka_last_error()));
            }
        }
    }

    /// <summary>Records that wait for their acknowledgement.</summary>
    public int InFlight => NativeMethods.rd_kafka_outq_len(_client);

    /// <summary>Waits for every acknowledgement, then closes the client.</summary>
    public void Dispose()
    {
        if (NativeMethods.rd_kafka_flush(_client, FlushMs) != 0)
        {
            _step.Fail("records were still unacknowledged a minute after the end");
        }

        _stopping = true;
        _poller.Join();
        NativeMethods.rd_kafka_topic_destroy(_topic);
        NativeMethods.rd_kafka_destroy(_client);
        _self.Free();
    }

    private void Poll()
    {
        while (!_stopping)
        {
            _ = NativeMethods.rd_kafka_poll(_client, PollMs);
        }
    }

    [UnmanagedCallersOnly]
    private static void OnDelivery(IntPtr client, NativeMethods.Message* message, IntPtr opaque)
    {
        var producer = Unsafe.As<NativeProducer>(GCHandle.FromIntPtr(opaque).Target!);
        if (message->Error != 0)
        {
            producer._step.Fail(NativeMethods.ErrorText(message->Error));
            return;
        }

        producer._step.Record((long)message->Opaque, (long)message->Length);
    }
}
