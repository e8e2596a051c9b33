using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;
using Confluent.Kafka;

namespace Compat.Cluster.Tests.Chaos.Clients;

/// <summary>Measures with a client of its own, which knows nothing of former faults, how long it takes until all partitions are writable.</summary>
internal static class WriteProbe
{
    private const long ValuesPerProcess = 100_000_000;

    /// <summary>The time until a write to each partition is acknowledged, and the partition that took it; no time when the limit came first.</summary>
    public static async Task<(TimeSpan? Time, int Slowest)> WritableAsync(ChaosTopic topic, TimeSpan limit)
    {
        long start = TimeProvider.System.GetTimestamp();
        int process = topic.Recorder.NewProcess();
        using IProducer<Null, long> producer = topic.NewProducer("probe");
        Task<TimeSpan?>[] writes = [.. Enumerable.Range(0, ChaosTopic.Partitions).Select(partition => WriteAsync(producer, partition))];
        TimeSpan?[] times = await Task.WhenAll(writes);
        int slowest = Array.IndexOf(times, null) is >= 0 and int missing ? missing : Array.IndexOf(times, times.Max());
        return (times[slowest], slowest);

        async Task<TimeSpan?> WriteAsync(IProducer<Null, long> from, int partition)
        {
            string name = ChaosTopic.NameOf(partition);
            long value = (process * ValuesPerProcess) + partition;
            int place = topic.Recorder.Begin(Operation.Of(process, Outcome.Unknown, new Send(name, value, null)));
            try
            {
                DeliveryResult<Null, long> result = await from.ProduceAsync(new TopicPartition(ChaosTopic.Name, partition), new Message<Null, long> { Value = value }).WaitAsync(limit);
                topic.Recorder.End(place, Operation.Of(process, Outcome.Acknowledged, new Send(name, value, result.Offset.OrNull())));
                return TimeProvider.System.GetElapsedTime(start);
            }
            catch (Exception e) when (e is KafkaException or TimeoutException)
            {
                return null;
            }
        }
    }
}
