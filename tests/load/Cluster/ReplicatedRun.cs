using System.Globalization;
using Compat.Load.CommandLine;
using Compat.Load.Failover;
using Compat.Load.Model;
using Compat.Load.Report;
using Compat.Load.Scenarios;
using Spectre.Console;

namespace Compat.Load.Cluster;

/// <summary>
/// Produces with acks=all to a topic of one replica and to one of three, turn and turn about: as fast as it goes, then at a pace for the
/// latencies: <c>replicated</c>.
/// </summary>
internal sealed class ReplicatedRun(Options options) : ClusterRun(options)
{
    private static readonly (string Label, string Replicas)[] Topics = [("1 replica", "1"), ("3 replicas", "3")];

    protected override async Task<int> RunAsync(BrokerProcesses brokers)
    {
        await ClusterStart.RunAsync(brokers, ClusterStart.Replicated("first", 1, brokers));
        await ClusterState.WholeAsync(brokers.AddressOf(1), "first");
        var failures = await CompareAsync(brokers, rate: 0);
        failures += await CompareAsync(brokers, Options.Decimal("rate", 5000));
        return failures > 0 ? 1 : 0;
    }

    private async Task<long> CompareAsync(BrokerProcesses brokers, double rate)
    {
        var simulation = new LoadSimulation(Options.Number("copies", 1), rate, Options.Seconds("warmup", 2), Options.Seconds("seconds", 5));
        var results = Topics.Select(topic => (topic.Label, Rounds: new List<ScenarioResult>())).ToArray();
        for (var round = 0; round < Options.Number("rounds", 3); round++)
        {
            for (var i = 0; i < Topics.Length; i++)
            {
                results[i].Rounds.Add(await ProduceAsync(brokers, Topics[i].Replicas, simulation));
            }
        }

        Print($"{(rate == 0 ? "as fast as it goes" : string.Create(CultureInfo.InvariantCulture, $"{rate:N0} records/s"))}:");
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) });
        console.Profile.Width = 200;
        ResultTable.Write(console, [.. results.Select(result => (result.Label, (IReadOnlyList<ScenarioResult>)result.Rounds))]);
        return results.SelectMany(result => result.Rounds).SelectMany(result => result.Scenario.Steps).Sum(step => step.Failures);
    }

    private async Task<ScenarioResult> ProduceAsync(BrokerProcesses brokers, string replicas, LoadSimulation simulation)
    {
        var options = Options.With("acks", "all").With("replication", replicas).With("partitions", Options.Text("partitions", "6"));
        return await ScenarioRunner.RunAsync(new ProduceScenario(), brokers.BootstrapServers, options, simulation, new NoProgress());
    }

    private sealed class NoProgress : IProgressView
    {
        public void Update(Scenario scenario, TimeSpan elapsed)
        {
        }

        public void Complete(ScenarioResult result)
        {
        }
    }
}
