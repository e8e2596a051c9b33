using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;
using Confluent.Kafka;

namespace Compat.Cluster.Tests.Chaos.Clients;

/// <summary>Writes values that nobody else writes, to all partitions by turns, at an even pace.</summary>
internal sealed class UniqueProducer(ChaosTopic topic, TimeSpan pace)
{
    private const long ValuesPerProcess = 100_000_000;
    private const int MostUnderWay = 20_000;

    private readonly int _process = topic.Recorder.NewProcess();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay = 1;
    private int _acknowledged;

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Writes until it is told to stop, and then until all is settled.</summary>
    public async Task RunAsync(CancellationToken stop, TimeSpan settling)
    {
        using IProducer<Null, long> producer = topic.NewProducer($"producer-{_process}");
        using PeriodicTimer timer = new(pace);
        for (long value = _process * ValuesPerProcess; !stop.IsCancellationRequested; value++)
        {
            await timer.WaitForNextTickAsync();
            if (Volatile.Read(ref _underWay) < MostUnderWay && !TrySend(producer, value))
            {
                return;
            }
        }

        Settle();
        try
        {
            await _settled.Task.WaitAsync(settling);
        }
        catch (TimeoutException)
        {
            topic.Findings.Add($"producer-{_process}: {_underWay} writes were not settled {settling.TotalSeconds:0} s after everything had healed");
        }
    }

    private bool TrySend(IProducer<Null, long> producer, long value)
    {
        int partition = (int)(value % ChaosTopic.Partitions);
        string name = ChaosTopic.NameOf(partition);
        int place = topic.Recorder.Begin(Operation.Of(_process, Outcome.Unknown, new Send(name, value, null)));
        Interlocked.Increment(ref _underWay);
        try
        {
            producer.Produce(new TopicPartition(ChaosTopic.Name, partition), new Message<Null, long> { Value = value }, report => OnReport(place, name, value, report));
            return true;
        }
        catch (ProduceException<Null, long> e)
        {
            topic.Findings.Add($"producer-{_process} cannot go on: {e.Error.Code}: {e.Error.Reason}");
            return false;
        }
    }

    private void OnReport(int place, string partition, long value, DeliveryReport<Null, long> report)
    {
        if (!report.Error.IsError)
        {
            Interlocked.Increment(ref _acknowledged);
            topic.Recorder.End(place, Operation.Of(_process, Outcome.Acknowledged, new Send(partition, value, report.Offset.OrNull())));
        }
        else
        {
            topic.OnError("write", report.Error);
            // What a producer that cannot go on gives up may have been sent.
            if (report.Status == PersistenceStatus.NotPersisted && report.Error.Code != ErrorCode.Local_PurgeQueue)
            {
                topic.Recorder.End(place, Operation.Of(_process, Outcome.Failed, new Send(partition, value, null)));
            }
        }

        Settle();
    }

    private void Settle()
    {
        if (Interlocked.Decrement(ref _underWay) == 0)
        {
            _settled.TrySetResult();
        }
    }
}
