using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;

namespace Compat.Load.Failover;

/// <summary>
/// A librdkafka producer with default settings that sends a value to each partition every few milliseconds, and remembers what was
/// acknowledged where.
/// </summary>
internal sealed class SteadyProducer : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(60);

    private readonly IProducer<Null, long> _producer;
    private readonly string _topic;
    private readonly int _partitions;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private readonly ConcurrentBag<(int Partition, long Offset, long Value)> _acknowledged = [];
    private readonly ConcurrentBag<string> _failures = [];
    private volatile Strike? _strike;

    public SteadyProducer(IEnumerable<KeyValuePair<string, string>> settings, string topic, int partitions)
    {
        _producer = new ProducerBuilder<Null, long>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _topic = topic;
        _partitions = partitions;
        _sending = Task.Run(SendAsync);
    }

    /// <summary>What was acknowledged so far.</summary>
    public IReadOnlyCollection<(int Partition, long Offset, long Value)> Acknowledged => _acknowledged;

    /// <summary>What was given up, and why.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>
    /// Begins to watch: the task completes when each of the partitions has acknowledged a record that was sent from now on, with
    /// the time that the slowest took.
    /// </summary>
    public Task<TimeSpan> WatchAsync(IEnumerable<int> partitions) => (_strike = new Strike(partitions)).Recovered;

    /// <summary>Waits until everything sent is acknowledged.</summary>
    public async Task FinishAsync()
    {
        await _stop.CancelAsync();
        await _sending;
        _producer.Flush(FlushPatience);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _sending.Wait();
        _producer.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync()
    {
        using var pace = new PeriodicTimer(Pace);
        for (long value = 0; !_stop.IsCancellationRequested; value++)
        {
            await pace.WaitForNextTickAsync();
            for (var partition = 0; partition < _partitions; partition++)
            {
                var strike = _strike;
                _producer.Produce(new TopicPartition(_topic, partition), new Message<Null, long> { Value = value }, report => OnDelivery(report, strike));
            }
        }
    }

    private void OnDelivery(DeliveryReport<Null, long> report, Strike? strike)
    {
        if (report.Error.IsError)
        {
            _failures.Add(report.Error.ToString());
            return;
        }

        _acknowledged.Add((report.Partition, report.Offset, report.Message.Value));
        strike?.Acknowledge(report.Partition);
    }

    /// <summary>A fault, and which of the partitions have not come back from it.</summary>
    private sealed class Strike(IEnumerable<int> partitions)
    {
        private readonly HashSet<int> _missing = [.. partitions];
        private readonly long _at = Stopwatch.GetTimestamp();
        private readonly TaskCompletionSource<TimeSpan> _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TimeSpan> Recovered => _recovered.Task;

        public void Acknowledge(int partition)
        {
            lock (_missing)
            {
                if (_missing.Remove(partition) && _missing.Count == 0)
                {
                    _recovered.TrySetResult(Stopwatch.GetElapsedTime(_at));
                }
            }
        }
    }
}
