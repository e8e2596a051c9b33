using Compat.Clients.Tests.Support;
using Compat.Cluster.Tests.Histories;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Admin = Confluent.Kafka.IAdminClient;

namespace Compat.Cluster.Tests.Workloads;

/// <summary>
/// Producers that write unique values and consumers that read them while faults strike, and in the end readers that read
/// everything there is. What they saw is a history to be checked.
/// </summary>
internal sealed class Workload : IAsyncDisposable
{
    private const int ValuesPerProcess = 100_000_000;

    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    private readonly Func<string> _bootstrap;
    private readonly string _topic;
    private readonly int _partitions;
    private readonly CancellationTokenSource _producing = new();
    private readonly CancellationTokenSource _consuming = new();
    private readonly List<Task> _producers = [];
    private readonly List<Task> _consumers = [];

    public Workload(Func<string> bootstrap, string topic, int partitions = 2)
    {
        _bootstrap = bootstrap;
        _topic = topic;
        _partitions = partitions;
    }

    public HistoryRecorder Recorder { get; } = new();

    /// <summary>How many replicas the topic has.</summary>
    public short ReplicationFactor { get; init; } = 1;

    /// <summary>The producers' settings beyond the usual ones.</summary>
    public Action<ProducerConfig> Configure { get; init; } = _ => { };

    public int Acknowledged => Recorder.Count(operation => operation is { Outcome: Outcome.Acknowledged, Steps: [Send, ..] });

    /// <summary>The acknowledged writes to one partition.</summary>
    public int AcknowledgedIn(int partition) => Recorder.Count(operation =>
        operation is { Outcome: Outcome.Acknowledged, Steps: [Send send, ..] } && send.Partition == $"{_topic}-{partition}");

    /// <summary>The records that were read.</summary>
    public int Read => Recorder.Count(operation => operation.Steps is [Poll, ..]);

    public async Task CreateTopicAsync(params (string Name, string Value)[] configs)
    {
        using Admin admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _bootstrap() }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = _topic,
            NumPartitions = _partitions,
            ReplicationFactor = ReplicationFactor,
            Configs = configs.ToDictionary(config => config.Name, config => config.Value),
        }]);
    }

    public void Start(int producers = 2, int consumers = 1)
    {
        for (int index = 0; index < producers; index++)
        {
            _producers.Add(Task.Run(ProduceAsync));
        }

        for (int index = 0; index < consumers; index++)
        {
            _consumers.Add(Task.Run(() => Consume(_consuming.Token, ends: null)));
        }
    }

    /// <summary>Waits until that many more writes are acknowledged.</summary>
    public async Task ProgressAsync(int writes = 50)
    {
        int before = Acknowledged;
        await Wait.UntilAsync(() => Acknowledged >= before + writes, () => $"{writes} more writes after {before}; there are {Acknowledged}");
    }

    /// <summary>Stops the producers once what they have sent is settled, reads everything, and says what is wrong.</summary>
    public async Task<IReadOnlyList<Anomaly>> FinishAsync()
    {
        await _producing.CancelAsync();
        await Task.WhenAll(_producers).WaitAsync(Wait.Limit);
        await _consuming.CancelAsync();
        await Task.WhenAll(_consumers).WaitAsync(Wait.Limit);
        long[] ends = await EndsAsync();
        await Task.Run(() => Consume(new CancellationTokenSource(Wait.Limit).Token, ends));
        return HistoryChecker.Check(Recorder.History);
    }

    public async ValueTask DisposeAsync()
    {
        await _producing.CancelAsync();
        await _consuming.CancelAsync();
        await Task.WhenAll([.. _producers, .. _consumers]).WaitAsync(Wait.Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _producing.Dispose();
        _consuming.Dispose();
    }

    private async Task ProduceAsync()
    {
        int process = Recorder.NewProcess();
        ProducerConfig config = new()
        {
            BootstrapServers = _bootstrap(),
            EnableIdempotence = true,
            LingerMs = 1,
            MessageTimeoutMs = (int)Wait.Limit.TotalMilliseconds,
            RetryBackoffMs = 20,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 100,
        };
        Configure(config);
        using IProducer<Null, long> producer = new ProducerBuilder<Null, long>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(5));
        List<Task> sends = [];
        for (long value = (long)process * ValuesPerProcess; !_producing.IsCancellationRequested; value++)
        {
            sends.Add(SendAsync(producer, process, (int)(value % _partitions), value));
            await pace.WaitForNextTickAsync();
        }

        await Task.WhenAll(sends);
    }

    private async Task SendAsync(IProducer<Null, long> producer, int process, int partition, long value)
    {
        string name = $"{_topic}-{partition}";
        int place = Recorder.Begin(Operation.Of(process, Outcome.Unknown, new Send(name, value, null)));
        try
        {
            DeliveryResult<Null, long> result = await producer.ProduceAsync(new TopicPartition(_topic, partition), new Message<Null, long> { Value = value });
            Recorder.End(place, Operation.Of(process, Outcome.Acknowledged, new Send(name, value, result.Offset.OrNull())));
        }
        catch (ProduceException<Null, long> e) when (e.DeliveryResult.Status == PersistenceStatus.NotPersisted)
        {
            Recorder.End(place, Operation.Of(process, Outcome.Failed, new Send(name, value, null)));
        }
        catch (KafkaException)
        {
            // Unknown, as it stands.
        }
    }

    private async Task<long[]> EndsAsync()
    {
        using IConsumer<Null, long> consumer = NewConsumer();
        return await PartitionEnds.OfAsync(consumer, _topic, _partitions, Wait.Limit);
    }

    // Reads from the beginning until it is told to stop, or to the ends if there are any.
    private void Consume(CancellationToken stop, long[]? ends)
    {
        int process = Recorder.NewProcess();
        using IConsumer<Null, long> consumer = NewConsumer();
        consumer.Assign(Enumerable.Range(0, _partitions).Select(partition => new TopicPartitionOffset(_topic, partition, Offset.Beginning)));
        long[] next = new long[_partitions];
        while (!stop.IsCancellationRequested && (ends is null || !next.Zip(ends).All(pair => pair.First >= pair.Second)))
        {
            if (TryConsume(consumer) is { } record)
            {
                next[record.Partition] = record.IsPartitionEOF ? Math.Max(next[record.Partition], record.Offset) : record.Offset + 1;
                if (!record.IsPartitionEOF)
                {
                    Recorder.Add(Operation.Of(process, Outcome.Acknowledged, Poll.Of(new Seen($"{_topic}-{record.Partition.Value}", record.Offset, record.Message.Value))));
                }
            }
        }

        consumer.Close();
    }

    private static ConsumeResult<Null, long>? TryConsume(IConsumer<Null, long> consumer)
    {
        try
        {
            return consumer.Consume(PollTimeout);
        }
        catch (ConsumeException)
        {
            // The broker is away, or refuses.
            return null;
        }
    }

    private IConsumer<Null, long> NewConsumer() => new ConsumerBuilder<Null, long>(new ConsumerConfig
    {
        BootstrapServers = _bootstrap(),
        GroupId = "history",
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        EnablePartitionEof = true,
        FetchWaitMaxMs = 50,
        ReconnectBackoffMs = 10,
        ReconnectBackoffMaxMs = 100,
    }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
}
