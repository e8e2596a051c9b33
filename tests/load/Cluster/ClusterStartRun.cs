using Compat.Load.CommandLine;
using Compat.Load.Failover;
using Compat.Load.Report;

namespace Compat.Load.Cluster;

/// <summary>Starts three new brokers again and again and takes the time until a record is on all of them: <c>cluster-start</c>.</summary>
internal sealed class ClusterStartRun(Options options) : ClusterRun(options)
{
    protected override async Task<int> RunAsync(BrokerProcesses brokers)
    {
        List<double> times = [];
        for (var round = 1; round <= Options.Number("rounds", 10); round++)
        {
            // Each round is a cluster that never was before.
            using var started = NewBrokers();
            times.Add((await ClusterStart.RunAsync(started, ClusterStart.Replicated("first", 1, started))).TotalSeconds);
            Print($"round {round}: {times[^1]:0.000} s");
        }

        Print($"three processes to the first record with acks=all: median {Median.Of(times):0.000} s, worst {times.Max():0.000} s of {times.Count} rounds");
        return 0;
    }
}
