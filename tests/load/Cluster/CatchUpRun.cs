using System.Diagnostics;
using Compat.Load.CommandLine;
using Compat.Load.Failover;
using Compat.Load.Librdkafka;
using Compat.Load.Model;
using Compat.Load.Protocol;
using Compat.Load.Scenarios;
using Compat.Wire.Messages;

namespace Compat.Load.Cluster;

/// <summary>
/// Stops one of three brokers, writes gigabytes, starts it again under a producer at a pace, and takes the time until it is in sync with
/// everything, and what that does to the producer's latencies: <c>catchup</c>.
/// </summary>
internal sealed class CatchUpRun(Options options) : ClusterRun(options)
{
    private const string Topic = "catchup";
    private const int Follower = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Step _fill = new("fill");
    private readonly Step _steady = new("steady");
    private readonly byte[] _payload = Topics.Payload(options.Number("size", 1024));
    private readonly int _partitions = options.Number("partitions", 6);

    protected override async Task<int> RunAsync(BrokerProcesses brokers)
    {
        var bytes = (long)(Options.Decimal("gigabytes", 5) * (1L << 30));
        await ClusterStart.RunAsync(brokers, ClusterStart.Replicated(Topic, _partitions, brokers));
        await ClusterState.WholeAsync(brokers.AddressOf(1), Topic);
        brokers.Signal(Follower, "-TERM");
        await brokers.EndedAsync(Follower);
        var filling = Stopwatch.GetTimestamp();
        Fill(brokers, bytes);
        Print($"{bytes / 1e6:N0} MB written at {bytes / 1e6 / Stopwatch.GetElapsedTime(filling).TotalSeconds:N0} MB/s without the follower");
        await Task.Delay(Options.Seconds("settle", 5));

        using var stop = new CancellationTokenSource();
        var producing = Task.Factory.StartNew(() => Produce(brokers, stop.Token), TaskCreationOptions.LongRunning);
        await Task.Delay(Options.Seconds("warmup", 3));
        _steady.Reset();
        await Task.Delay(Options.Seconds("seconds", 10));
        PrintLatency("before");
        _steady.Reset();
        await CatchUpAsync(brokers, bytes);
        PrintLatency("while it caught up");
        await stop.CancelAsync();
        await producing;
        Print($"{_fill.Failures + _steady.Failures} records failed");
        return _fill.Failures + _steady.Failures > 0 ? 1 : 0;
    }

    private async Task CatchUpAsync(BrokerProcesses brokers, long bytes)
    {
        using var connection = await KafkaConnection.OpenAsync(brokers.AddressOf(1));
        var started = Stopwatch.GetTimestamp();
        brokers.Start(Follower);
        TimeSpan? registered = null;
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            var metadata = await connection.SendAsync(new MetadataRequest { Topics = [new() { Name = Topic }] });
            if (registered is null && metadata.Brokers.Any(broker => broker.NodeId == Follower))
            {
                registered = Stopwatch.GetElapsedTime(started);
            }

            if (metadata.Topics[0].Partitions.All(partition => partition.IsrNodes.Contains(Follower)))
            {
                var caughtUp = Stopwatch.GetElapsedTime(started);
                var copied = (bytes + (_steady.Count * _payload.Length)) / 1e6;
                var time = (caughtUp - registered!.Value).TotalSeconds;
                Print($"in the cluster after {registered.Value.TotalSeconds:0.000} s, in sync {time:0.000} s later: {copied / time:N0} MB/s");
                return;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException("the follower did not catch up in time");
    }

    private void Fill(BrokerProcesses brokers, long bytes)
    {
        using var producer = NewProducer(brokers, _fill, linger: "20");
        const int RecordsPerRun = 64;
        for (long i = 0; i < bytes / _payload.Length; i++)
        {
            producer.Produce((int)(i / RecordsPerRun % _partitions), _payload, Stopwatch.GetTimestamp());
        }
    }

    private void Produce(BrokerProcesses brokers, CancellationToken stop)
    {
        using var producer = NewProducer(brokers, _steady, linger: "5");
        var pacer = new Pacer(Options.Decimal("rate", 5000));
        for (long i = 0; !stop.IsCancellationRequested; i++)
        {
            producer.Produce((int)(i % _partitions), _payload, pacer.WaitForNext());
        }
    }

    private NativeProducer NewProducer(BrokerProcesses brokers, Step step, string linger)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["bootstrap.servers"] = brokers.BootstrapServers,
            ["acks"] = "all",
            ["linger.ms"] = linger,
        };
        foreach (var (name, value) in Options.ClientSettings)
        {
            settings[name] = value;
        }

        return new NativeProducer(settings, Topic, step);
    }

    private void PrintLatency(string when) =>
        Print($"{when}: {_steady.Count:N0} records, p50 {_steady.Milliseconds(50):0.0} ms, p99 {_steady.Milliseconds(99):0.0} ms, longest {_steady.Milliseconds(100):0.0} ms");
}
