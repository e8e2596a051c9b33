using Compat.Load.Cluster;
using Compat.Load.CommandLine;
using Compat.Load.Report;
using Confluent.Kafka;

namespace Compat.Load.Failover;

/// <summary>
/// Ends one of three brokers again and again under a running producer, and takes the longest that a record waited for its acknowledgement,
/// until each partition that is concerned has acknowledged one sent after the process was gone: <c>failover</c>. Says at the end what was
/// acknowledged and is not there.
/// </summary>
internal sealed class FailoverRun : ClusterRun
{
    private const string Topic = "failover";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);

    private readonly int _partitions;
    private readonly bool _isController;
    private readonly string _signal;

    public FailoverRun(Options options)
        : base(options)
    {
        _partitions = options.Number("partitions", 6);
        _isController = options.Text("victim", "leader") switch
        {
            "leader" => false,
            "controller" => true,
            var other => throw new ArgumentException($"--victim is leader or controller and not '{other}'"),
        };
        _signal = $"-{options.Text("signal", "KILL")}";
    }

    protected override async Task<int> RunAsync(BrokerProcesses brokers)
    {
        var time = await ClusterStart.RunAsync(brokers, ClusterStart.Replicated(Topic, _partitions, brokers));
        Print($"three processes to the first record: {time.TotalSeconds:0.000} s");
        return await StrikeAsync(brokers);
    }

    private async Task<int> StrikeAsync(BrokerProcesses brokers)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal) { ["bootstrap.servers"] = brokers.BootstrapServers };
        foreach (var (name, value) in Options.ClientSettings)
        {
            settings[name] = value;
        }

        using var producer = new SteadyProducer(settings, Topic, _partitions);
        await ClusterState.WholeAsync(brokers.AddressOf(1), Topic);
        await producer.WatchAsync(Enumerable.Range(0, _partitions), Task.CompletedTask).WaitAsync(Patience);
        List<double> times = [];
        for (var round = 1; round <= Options.Number("rounds", 20); round++)
        {
            await Task.Delay(Settle);
            times.Add((await StrikeOnceAsync(brokers, producer)).TotalSeconds);
            Print($"round {round}: {times[^1]:0.000} s");
        }

        await producer.FinishAsync();
        Print($"{Options.Text("victim", "leader")} {_signal}: median {Median.Of(times):0.000} s, worst {times.Max():0.000} s of {times.Count} rounds");
        return Judge(brokers, producer);
    }

    private async Task<TimeSpan> StrikeOnceAsync(BrokerProcesses brokers, SteadyProducer producer)
    {
        var state = await ClusterState.WholeAsync(brokers.AddressOf(1), Topic);
        var victim = _isController ? state.Controller : brokers.Ids.First(id => id != state.Controller && state.Leaders.Contains(id));
        // Without its controller nobody is concerned but those that it leads; with it, everybody might be.
        var concerned = Enumerable.Range(0, _partitions).Where(partition => _isController || state.Leaders[partition] == victim);
        var recovered = producer.WatchAsync(concerned, brokers.EndedAsync(victim));
        brokers.Signal(victim, _signal);
        var time = await recovered.WaitAsync(Patience);
        await brokers.EndedAsync(victim);
        brokers.Start(victim);
        return time;
    }

    /// <summary>Reads everything there is and counts what was acknowledged and is missing, or is there again.</summary>
    private int Judge(BrokerProcesses brokers, SteadyProducer producer)
    {
        var config = new ConsumerConfig { BootstrapServers = brokers.BootstrapServers, GroupId = "judge", EnablePartitionEof = true, AutoOffsetReset = AutoOffsetReset.Earliest };
        using var consumer = new ConsumerBuilder<Null, byte[]>(config).SetErrorHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, _partitions).Select(partition => new TopicPartitionOffset(Topic, partition, Offset.Beginning)));
        HashSet<int> ended = [];
        HashSet<(int, long, long)> read = [];
        HashSet<(int, long)> values = [];
        var twice = 0;
        while (ended.Count < _partitions)
        {
            var record = consumer.Consume(Patience) ?? throw new TimeoutException("the end of the partitions was not reached in time");
            if (record.IsPartitionEOF)
            {
                ended.Add(record.Partition);
            }
            else if (record.Message.Value.Length == sizeof(long))
            {
                var value = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(record.Message.Value);
                read.Add((record.Partition, record.Offset, value));
                twice += values.Add((record.Partition, value)) ? 0 : 1;
            }
        }

        var lost = producer.Acknowledged.Count(acknowledged => !read.Contains(acknowledged));
        Print($"{producer.Acknowledged.Count} acknowledged, {lost} of them lost, {twice} written twice (a producer with default settings may), {producer.Failures.Count} given up");
        return lost > 0 || producer.Failures.Count > 0 ? 1 : 0;
    }
}
