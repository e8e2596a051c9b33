using System.Diagnostics;
using Compat.Load.CommandLine;
using Compat.Load.Failover;
using Compat.Load.Measure;
using Compat.Load.Protocol;
using Compat.Load.Scenarios;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Cluster;

/// <summary>
/// One of three brokers leads thousands of partitions that nobody uses: what that costs each, and then, without it, the time until all
/// are led again: <c>idle-cluster</c>.
/// </summary>
internal sealed class IdleClusterRun(Options options) : ClusterRun(options)
{
    private const int Leader = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly int _topics = options.Number("topics", 30);
    private readonly int _partitions = options.Number("partitions", 3000);

    private IEnumerable<string> Names => Enumerable.Range(0, _topics).Select(index => $"idle-{index}");

    protected override async Task<int> RunAsync(BrokerProcesses brokers)
    {
        await ClusterStart.RunAsync(brokers, ClusterStart.Replicated("first", 1, brokers));
        using (var connection = await KafkaConnection.OpenAsync(brokers.AddressOf(Leader)))
        {
            foreach (var name in Names)
            {
                await ClusterStart.CreateAsync(connection, LedByOne(name));
            }
        }

        // A record in each, so that there is something that must not be lost.
        var written = Stopwatch.GetTimestamp();
        await WriteAsync(brokers, written);
        Print($"{_partitions:N0} partitions acknowledged their first records {Stopwatch.GetElapsedTime(written).TotalSeconds:0.000} s after their creation");
        await MeasureAsync(brokers);
        return await EndLeaderAsync(brokers);
    }

    private CreateTopicsRequest.CreatableTopic LedByOne(string name) => new()
    {
        Name = name,
        NumPartitions = -1,
        ReplicationFactor = -1,
        Assignments =
        [
            .. Enumerable.Range(0, _partitions / _topics).Select(partition => new CreateTopicsRequest.CreatableReplicaAssignment
            {
                PartitionIndex = partition,
                BrokerIds = partition % 2 == 0 ? [Leader, 2, 3] : [Leader, 3, 2],
            }),
        ],
    };

    private async Task MeasureAsync(BrokerProcesses brokers)
    {
        await Task.Delay(Options.Seconds("settle", 5));
        var controller = (await ClusterState.WholeAsync(brokers.AddressOf(1), "first")).Controller;
        var before = brokers.Ids.Select(id => ProcessUsage.Of(brokers.ProcessIdOf(id)) ?? default).ToArray();
        var time = Stopwatch.GetTimestamp();
        await Task.Delay(Options.Seconds("seconds", 20));
        var seconds = Stopwatch.GetElapsedTime(time).TotalSeconds;
        foreach (var (id, start) in brokers.Ids.Zip(before))
        {
            var usage = ProcessUsage.Of(brokers.ProcessIdOf(id)) ?? default;
            var role = (id == Leader ? "leads all" : "leads nothing") + (id == controller ? ", controller" : "");
            Print($"broker {id} ({role}): {100 * (usage.CpuSeconds - start.CpuSeconds) / seconds:0.0} % of a core, {usage.ResidentBytes / 1e6:0} MB");
        }
    }

    private async Task<int> EndLeaderAsync(BrokerProcesses brokers)
    {
        using var other = await KafkaConnection.OpenAsync(brokers.AddressOf(2));
        var killed = Stopwatch.GetTimestamp();
        brokers.Signal(Leader, $"-{Options.Text("signal", "KILL")}");
        TimeSpan? fenced = null;
        while (Stopwatch.GetElapsedTime(killed) < Patience)
        {
            var metadata = await other.SendAsync(new MetadataRequest { Topics = [.. Names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name })] });
            if (fenced is null && metadata.Brokers.All(broker => broker.NodeId != Leader))
            {
                fenced = Stopwatch.GetElapsedTime(killed);
            }

            if (metadata.Topics.All(topic => topic.Partitions.All(partition => partition.LeaderId is >= 0 and not Leader)))
            {
                var led = Stopwatch.GetElapsedTime(killed);
                await WriteAsync(brokers, killed);
                Print($"after the end of their leader: fenced {fenced?.TotalSeconds:0.000} s, all led {led.TotalSeconds:0.000} s, all acknowledged a record {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.000} s");
                return 0;
            }
        }

        throw new TimeoutException("not all partitions were led again in time");
    }

    /// <summary>Writes a record to every partition with acks=all, again to those that refuse it.</summary>
    private async Task WriteAsync(BrokerProcesses brokers, long since)
    {
        HashSet<(string, int)> missing = [.. Names.SelectMany(name => Enumerable.Range(0, _partitions / _topics).Select(partition => (name, partition)))];
        using var connection = await KafkaConnection.OpenAsync(brokers.AddressOf(2));
        while (missing.Count > 0)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"{missing.Count} partitions do not take records");
            }

            var metadata = await connection.SendAsync(new MetadataRequest { Topics = [.. Names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name })] });
            await Task.WhenAll(metadata.Brokers.Select(broker => WriteAsync(metadata, broker, missing)));
        }
    }

    private static async Task WriteAsync(MetadataResponse metadata, MetadataResponse.MetadataResponseBroker broker, HashSet<(string, int)> missing)
    {
        var request = new ProduceRequest { Acks = -1, TimeoutMs = 10_000 };
        lock (missing)
        {
            foreach (var topic in metadata.Topics)
            {
                int[] led = [.. topic.Partitions.Where(each => each.LeaderId == broker.NodeId && missing.Contains((topic.Name!, each.PartitionIndex))).Select(each => each.PartitionIndex)];
                if (led.Length > 0)
                {
                    request.TopicData.Add(StartScenario.Data(topic, led));
                }
            }
        }

        if (request.TopicData.Count == 0)
        {
            return;
        }

        using var connection = await KafkaConnection.OpenAsync($"{broker.Host}:{broker.Port}");
        var names = metadata.Topics.ToDictionary(topic => topic.TopicId, topic => topic.Name!);
        foreach (var topic in (await connection.SendAsync(request)).Responses)
        {
            lock (missing)
            {
                missing.ExceptWith(topic.PartitionResponses.Where(each => each.ErrorCode == ErrorCode.None).Select(each => (names[topic.TopicId], each.Index)));
            }
        }
    }
}
