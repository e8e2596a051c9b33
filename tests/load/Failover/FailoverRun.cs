using System.Diagnostics;
using System.Globalization;
using Compat.Load.CommandLine;
using Compat.Load.Protocol;
using Compat.Load.Report;
using Compat.Load.Scenarios;
using Compat.Wire.Messages;
using Confluent.Kafka;
using ErrorCode = Compat.Wire.ErrorCode;

namespace Compat.Load.Failover;

/// <summary>
/// Ends one of three brokers again and again under a running producer, and takes the time until each partition that is concerned has
/// acknowledged a record sent after that: <c>failover</c>. Says at the end what was acknowledged and is not there.
/// </summary>
internal sealed class FailoverRun
{
    private const string Topic = "failover";
    private const int Brokers = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);

    private readonly Options _options;
    private readonly int _partitions;
    private readonly bool _isController;
    private readonly string _signal;

    private FailoverRun(Options options)
    {
        _options = options;
        _partitions = options.Number("partitions", 6);
        _isController = options.Text("victim", "leader") switch
        {
            "leader" => false,
            "controller" => true,
            var other => throw new ArgumentException($"--victim is leader or controller and not '{other}'"),
        };
        _signal = $"-{options.Text("signal", "KILL")}";
    }

    /// <summary>Runs it and prints the figures; 1 if something acknowledged was lost.</summary>
    public static Task<int> RunAsync(Options options) => new FailoverRun(options).RunAsync();

    private async Task<int> RunAsync()
    {
        var command = _options.Text("command", "");
        if (command.Length == 0)
        {
            throw new ArgumentException("--command says which broker to start, for example \"dotnet src/Server/bin/Release/net10.0/compat.dll\"");
        }

        using var brokers = new BrokerProcesses(command, Brokers);
        try
        {
            Print($"three processes to the first record: {Seconds(await StartAsync(brokers))}");
            return await StrikeAsync(brokers);
        }
        catch (Exception) when (_options.Flag("logs"))
        {
            Console.Error.WriteLine(brokers.Logs());
            throw;
        }
    }

    private async Task<TimeSpan> StartAsync(BrokerProcesses brokers)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var id in brokers.Ids)
        {
            brokers.Start(id);
        }

        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            try
            {
                using var connection = await KafkaConnection.OpenAsync(brokers.AddressOf(1));
                if (await CreateAsync(connection))
                {
                    await FirstRecordAsync(connection);
                    return Stopwatch.GetElapsedTime(started);
                }
            }
            catch (Exception exception) when (exception is System.Net.Sockets.SocketException or IOException)
            {
                // Not there yet.
            }

            await Task.Delay(1);
        }

        throw new TimeoutException("the brokers did not start in time");
    }

    private async Task<bool> CreateAsync(KafkaConnection connection)
    {
        var created = await connection.SendAsync(new CreateTopicsRequest
        {
            TimeoutMs = 10_000,
            Topics = [new() { Name = Topic, NumPartitions = _partitions, ReplicationFactor = Brokers }],
        });
        return created.Topics[0].ErrorCode == ErrorCode.None;
    }

    private static async Task FirstRecordAsync(KafkaConnection connection)
    {
        while (true)
        {
            var metadata = await connection.SendAsync(new MetadataRequest { Topics = [new() { Name = Topic }] });
            var topic = metadata.Topics[0];
            var leader = topic.ErrorCode == ErrorCode.None && topic.Partitions.Count > 0
                ? metadata.Brokers.FirstOrDefault(broker => broker.NodeId == topic.Partitions.First(partition => partition.PartitionIndex == 0).LeaderId) : null;
            if (leader is not null)
            {
                var request = StartScenario.Request(topic, partitions: 1);
                request.Acks = -1;
                using var toLeader = await KafkaConnection.OpenAsync($"{leader.Host}:{leader.Port}");
                if ((await toLeader.SendAsync(request)).Responses[0].PartitionResponses[0].ErrorCode == ErrorCode.None)
                {
                    return;
                }
            }

            await Task.Delay(1);
        }
    }

    private async Task<int> StrikeAsync(BrokerProcesses brokers)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal) { ["bootstrap.servers"] = brokers.BootstrapServers };
        foreach (var (name, value) in _options.ClientSettings)
        {
            settings[name] = value;
        }

        using var producer = new SteadyProducer(settings, Topic, _partitions);
        await ClusterState.WholeAsync(brokers.AddressOf(1), Topic);
        await producer.WatchAsync(Enumerable.Range(0, _partitions)).WaitAsync(Patience);
        List<double> times = [];
        for (var round = 1; round <= _options.Number("rounds", 20); round++)
        {
            await Task.Delay(Settle);
            times.Add((await StrikeOnceAsync(brokers, producer)).TotalSeconds);
            Print($"round {round}: {times[^1]:0.000} s");
        }

        await producer.FinishAsync();
        Print($"{_options.Text("victim", "leader")} {_signal}: median {Median.Of(times):0.000} s, worst {times.Max():0.000} s of {times.Count} rounds");
        return Judge(brokers, producer);
    }

    private async Task<TimeSpan> StrikeOnceAsync(BrokerProcesses brokers, SteadyProducer producer)
    {
        var state = await ClusterState.WholeAsync(brokers.AddressOf(1), Topic);
        var victim = _isController ? state.Controller : brokers.Ids.First(id => id != state.Controller && state.Leaders.Contains(id));
        // Without its controller nobody is concerned but those that it leads; with it, everybody might be.
        var concerned = Enumerable.Range(0, _partitions).Where(partition => _isController || state.Leaders[partition] == victim);
        var recovered = producer.WatchAsync(concerned);
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

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000} s");

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
