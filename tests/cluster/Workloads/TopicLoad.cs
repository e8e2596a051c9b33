using Compat.Clients.Tests.Support;
using Confluent.Kafka;

namespace Compat.Cluster.Tests.Workloads;

/// <summary>
/// Clients that know nothing of a topic's end: a producer goes on writing unique values to whatever has its name, a consumer reads
/// on where it was.
/// </summary>
internal sealed class TopicLoad : IAsyncDisposable
{
    /// <summary>What the values begin with.</summary>
    public const string Prefix = "load/";

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly string _bootstrap;
    private readonly string _topic;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;
    private readonly HashSet<string> _acknowledged = [];
    private readonly HashSet<string> _gone = [];
    private int _sent;
    private int _sentBefore;
    private int _lastAcknowledged = -1;

    public TopicLoad(string bootstrap, string topic)
    {
        _bootstrap = bootstrap;
        _topic = topic;
        _work = Task.WhenAll(Task.Run(ProduceAsync), Task.Run(Consume));
    }

    /// <summary>The topic is there: what is sent from now on can only be acknowledged by this one.</summary>
    public void OnCreated() => Locked(() => _sentBefore = _sent);

    /// <summary>Waits until a value was acknowledged that was sent since the last creation.</summary>
    public Task ReachesAsync() => Wait.UntilAsync(() => Locked(() => _lastAcknowledged >= _sentBefore), "clients of the former topic go on with the new one");

    /// <summary>The topic is about to be deleted: what was acknowledged by now must not be seen in a later one.</summary>
    public void OnDeleting() => Locked(() =>
    {
        _gone.UnionWith(_acknowledged);
        _acknowledged.Clear();
        return true;
    });

    /// <summary>Those of the values that belong to a topic that is gone.</summary>
    public IReadOnlyList<string> GoneAmong(IEnumerable<string> values) => Locked(() => (string[])[.. values.Where(_gone.Contains)]);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _work.WaitAsync(Wait.Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task ProduceAsync()
    {
        using IProducer<Null, string> producer = new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = _bootstrap,
            LingerMs = 0,
            MessageTimeoutMs = 1000,
            RetryBackoffMs = 20,
            TopicMetadataRefreshIntervalMs = 50,
            TopicMetadataPropagationMaxMs = 50,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using PeriodicTimer pace = new(Pace);
        List<Task> sends = [];
        while (!_ending.IsCancellationRequested)
        {
            sends.Add(SendAsync(producer, Locked(() => _sent++)));
            await pace.WaitForNextTickAsync();
        }

        await Task.WhenAll(sends);
    }

    private async Task SendAsync(IProducer<Null, string> producer, int index)
    {
        string value = $"{Prefix}{index}";
        try
        {
            await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<Null, string> { Value = value });
            Locked(() =>
            {
                _lastAcknowledged = Math.Max(_lastAcknowledged, index);
                return _acknowledged.Add(value);
            });
        }
        catch (KafkaException)
        {
            // The topic is gone, or it is not known what became of the value.
        }
    }

    private void Consume()
    {
        using IConsumer<Null, string> consumer = new ConsumerBuilder<Null, string>(new ConsumerConfig
        {
            BootstrapServers = _bootstrap,
            GroupId = "load",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 50,
            TopicMetadataRefreshIntervalMs = 50,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(_topic, 0, Offset.Beginning));
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                consumer.Consume(PollTimeout);
            }
            catch (ConsumeException)
            {
                // The topic is gone.
            }
        }

        consumer.Close();
    }

    private T Locked<T>(Func<T> action)
    {
        lock (_lock)
        {
            return action();
        }
    }
}
