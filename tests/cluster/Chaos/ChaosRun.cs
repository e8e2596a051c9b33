using System.Globalization;
using Compat.Cluster.Tests.Brokers;
using Compat.Cluster.Tests.Chaos.Clients;
using Compat.Cluster.Tests.Chaos.Faults;
using Compat.Cluster.Tests.Histories;
using Confluent.Kafka;

namespace Compat.Cluster.Tests.Chaos;

/// <summary>
/// A cluster under clients and faults: strikes as the seed says, heals, measures when all is writable again, and in the end reads everything
/// and judges what the clients saw.
/// </summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettlingLimit = TimeSpan.FromSeconds(200);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private static readonly Dictionary<string, string> UsualSettings = new()
    {
        ["offsets.topic.num.partitions"] = "5",
        ["offsets.topic.replication.factor"] = "3",
        ["group.initial.rebalance.delay.ms"] = "0",
        ["auto.create.topics.enable"] = "false",
    };

    private readonly ChaosOptions _options;
    private readonly Action<string> _say;
    private readonly ChaosCluster _cluster;
    private readonly ClientLog _log;
    private readonly ChaosTopic _topic;
    private readonly ProcessUsage _usage;
    private readonly List<TimeSpan> _writableAfter = [];
    private readonly CancellationTokenSource _producing = new();
    private readonly CancellationTokenSource _consuming = new();
    private readonly List<UniqueProducer> _producers = [];
    private readonly List<Task> _tasks = [];
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public ChaosRun(ChaosOptions options, string directory, Action<string> say)
    {
        _options = options;
        _say = line => say(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {line}"));
        Findings = new Findings(_say);
        Dictionary<string, string> settings = new(UsualSettings);
        foreach ((string name, string value) in options.Settings)
        {
            settings[name] = value;
        }

        _cluster = new ChaosCluster(options.Brokers, directory, settings, options.Binary, Findings);
        _log = new ClientLog(Path.Combine(directory, "clients.log"));
        _topic = new ChaosTopic(_cluster.Bootstrap, options, _log, Findings);
        _usage = new ProcessUsage(_cluster.Nodes);
    }

    /// <summary>What was wrong beside the history.</summary>
    public Findings Findings { get; }

    /// <summary>What was wrong in the history.</summary>
    public IReadOnlyList<Anomaly> Anomalies { get; private set; } = [];

    /// <summary>How long after each healing a write to every partition was acknowledged.</summary>
    public IReadOnlyList<TimeSpan> WritableAfter => _writableAfter;

    public int Acknowledged => _producers.Sum(producer => producer.Acknowledged);

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_start);

    /// <summary>Does everything; what it found is in the properties.</summary>
    public async Task RunAsync()
    {
        await _cluster.StartAllAsync();
        await _topic.CreateAsync(_options.Brokers);
        StartClients();
        await ProbeAsync();
        TimeSpan end = Elapsed + _options.Duration;
        foreach (PlannedFaults planned in FaultPlan.Of(_options.Seed, _options.Brokers, _options.Kinds, _options.ShortestFault, _options.LongestFault))
        {
            if (Elapsed >= end)
            {
                break;
            }

            await StrikeAsync(planned);
            await Task.Delay(planned.Pause);
        }

        await FinishAsync();
    }

    /// <summary>What a person wants to know afterwards.</summary>
    public IEnumerable<string> Summary()
    {
        TimeSpan[] sorted = [.. _writableAfter.Order()];
        yield return $"{Acknowledged} writes acknowledged, {_topic.Recorder.History.Count} operations in {Elapsed.TotalSeconds:0} s";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"writable after {sorted.Length} healings: median {sorted[sorted.Length / 2].TotalSeconds:0.00} s, worst {sorted[^1].TotalSeconds:0.00} s");
        foreach (string line in _usage.Describe().Concat(Findings.Counts.Select(count => $"{count.Count} x {count.What}")))
        {
            yield return line;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _producing.CancelAsync();
        await _consuming.CancelAsync();
        await _cluster.DisposeAsync();
        await Task.WhenAll(_tasks).WaitAsync(ProbeLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _log.Dispose();
    }

    private void StartClients()
    {
        for (int index = 0; index < 2; index++)
        {
            UniqueProducer producer = new(_topic, Pace);
            _producers.Add(producer);
            _tasks.Add(Task.Run(() => producer.RunAsync(_producing.Token, SettlingLimit)));
        }

        _tasks.Add(Run(() => new AssignedReader(_topic, "reader").Read(_consuming.Token)));
        foreach (PartitionAssignmentStrategy strategy in new[] { PartitionAssignmentStrategy.Range, PartitionAssignmentStrategy.CooperativeSticky })
        {
            GroupProgress progress = new();
            for (int index = 0; index < 2; index++)
            {
                _tasks.Add(Run(() => new GroupMember(_topic, $"group-{strategy}".ToLowerInvariant(), strategy, progress).Run(_consuming.Token)));
            }
        }

        _tasks.Add(_usage.RunAsync(_consuming.Token));

        static Task Run(Action client) => Task.Factory.StartNew(client, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private async Task StrikeAsync(PlannedFaults planned)
    {
        _say($"{planned}; controller {_cluster.Controller()}");
        Task[] striking = [.. planned.Faults.Select(fault => fault.StrikeAsync(_cluster))];
        await Task.WhenAll(striking);
        await Task.Delay(planned.Duration);
        foreach (Fault fault in planned.Faults.OrderBy(fault => fault.HealOrder))
        {
            await fault.HealAsync(_cluster);
        }

        await ReviveFallenAsync();
        await ProbeAsync();
    }

    /// <summary>A process that has ended by itself should not have.</summary>
    private async Task ReviveFallenAsync()
    {
        foreach (ClusterNode node in _cluster.Fallen.ToArray())
        {
            Findings.Add($"node {node.Id} has ended by itself: {string.Join(" | ", node.Output.Split('\n').TakeLast(12))}");
        }

        await _cluster.StartAllAsync();
    }

    private async Task ProbeAsync()
    {
        (TimeSpan? time, int slowest) = await WriteProbe.WritableAsync(_topic, ProbeLimit);
        _writableAfter.Add(time ?? ProbeLimit);
        string text = string.Create(CultureInfo.InvariantCulture, $"{ChaosTopic.NameOf(slowest)} was writable {(time ?? ProbeLimit).TotalSeconds:0.00} s after healing");
        if (time is null || time > _options.WritableWithin)
        {
            Findings.Add($"only {text}{(time is null ? " or later" : "")}; {string.Join("; ", _cluster.Nodes.Select(node => $"node {node.Id} says {Describe(node, slowest)}"))}");
        }
        else
        {
            _say($"{text}; {Acknowledged} writes");
        }
    }

    /// <summary>Who leads a partition and who is in sync, as a node sees it.</summary>
    private static string Describe(ClusterNode node, int partition)
    {
        try
        {
            using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = node.Bootstrap }).SetLogHandler((_, _) => { }).Build();
            PartitionMetadata found = admin.GetMetadata(ChaosTopic.Name, TimeSpan.FromSeconds(5)).Topics.Single().Partitions.Single(each => each.PartitionId == partition);
            return $"leader {found.Leader}, in sync {string.Join(' ', found.InSyncReplicas)}";
        }
        catch (KafkaException e)
        {
            return e.Error.Reason;
        }
    }

    private async Task FinishAsync()
    {
        _say("all is healed; settling");
        await _producing.CancelAsync();
        await Task.WhenAll(_tasks.Take(_producers.Count));
        await _consuming.CancelAsync();
        await Task.WhenAll(_tasks).WaitAsync(SettlingLimit);
        await Task.Run(async () =>
        {
            if (!await new AssignedReader(_topic, "last").ReadToEndAsync(SettlingLimit))
            {
                Findings.Add($"not everything could be read within {SettlingLimit.TotalSeconds:0} s");
            }
        });
        Anomalies = HistoryChecker.Check(_topic.Recorder.History);
    }
}
