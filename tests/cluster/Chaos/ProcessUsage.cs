using System.Collections.Concurrent;
using System.Globalization;
using Compat.Cluster.Tests.Brokers;

namespace Compat.Cluster.Tests.Chaos;

/// <summary>Memory and handles of the brokers' processes over time, as the kernel counts them.</summary>
internal sealed class ProcessUsage(IReadOnlyList<ClusterNode> nodes)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<Sample> _samples = new();

    /// <summary>Looks at the processes again and again until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                SampleAll();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>A line a node: least and most of each third of the run, so that growth can be seen although processes come and go.</summary>
    public IEnumerable<string> Describe() => _samples.GroupBy(sample => sample.Node).OrderBy(node => node.Key).Select(node =>
    {
        Sample[][] thirds = [.. node.Chunk(Math.Max(1, (node.Count() + 2) / 3))];
        return string.Create(CultureInfo.InvariantCulture,
            $"node {node.Key}: memory in MB {Range(thirds, sample => sample.ResidentMegabytes)}, handles {Range(thirds, sample => sample.Handles)}");
    });

    private static string Range(Sample[][] thirds, Func<Sample, int> of) => string.Join(" then ", thirds.Select(third => $"{third.Min(of)}-{third.Max(of)}"));

    private void SampleAll()
    {
        foreach (ClusterNode node in nodes)
        {
            try
            {
                string process = $"/proc/{node.ProcessId}";
                string resident = File.ReadLines($"{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
                int kilobytes = int.Parse(resident.AsSpan()["VmRSS:".Length..^"kB".Length], CultureInfo.InvariantCulture);
                _samples.Enqueue(new Sample(node.Id, kilobytes / 1024, Directory.GetFiles($"{process}/fd").Length));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // It is away just now.
            }
        }
    }

    private readonly record struct Sample(int Node, int ResidentMegabytes, int Handles);
}
