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
    /// Begins to watch: the task completes when each of the partitions has acknowledged a record that was sent after the fault was over, with
    /// the longest that any record took which was sent from now on.
    /// </summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="isOver">Completes when nothing is taken away any more: for a process that is ended, when it has.</param>
    public async Task<TimeSpan> WatchAsync(IEnumerable<int> partitions, Task isOver)
    {
        var strike = _strike = new Strike(partitions);
        await isOver;
        strike.End();
        return await strike.Recovered;
    }

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
                var sent = Stopwatch.GetTimestamp();
                _producer.Produce(new TopicPartition(_topic, partition), new Message<Null, long> { Value = value }, report => OnDelivery(report, strike, sent));
            }
        }
    }

    private void OnDelivery(DeliveryReport<Null, long> report, Strike? strike, long sent)
    {
        if (report.Error.IsError)
        {
            _failures.Add(report.Error.ToString());
            return;
        }

        _acknowledged.Add((report.Partition, report.Offset, report.Message.Value));
        strike?.Acknowledge(report.Partition, sent);
    }

    /// <summary>A fault, and which of the partitions have not come back from it.</summary>
    private sealed class Strike(IEnumerable<int> partitions)
    {
        private readonly HashSet<int> _concerned = [.. partitions];
        private readonly HashSet<int> _missing = [.. partitions];
        private readonly TaskCompletionSource<TimeSpan> _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TimeSpan _longest;
        private long _endedAt = long.MaxValue;

        public Task<TimeSpan> Recovered => _recovered.Task;

        /// <summary>The fault is over: what is sent from now on must get through.</summary>
        public void End()
        {
            lock (_missing)
            {
                _endedAt = Stopwatch.GetTimestamp();
            }
        }

        public void Acknowledge(int partition, long sent)
        {
            lock (_missing)
            {
                var time = Stopwatch.GetElapsedTime(sent);
                _longest = _concerned.Contains(partition) && time > _longest ? time : _longest;
                if (sent >= _endedAt && _missing.Remove(partition) && _missing.Count == 0)
                {
                    _recovered.TrySetResult(_longest);
                }
            }
        }
    }
}
