using Compat.Load.Model;
using Compat.Load.Report;
using Spectre.Console;

namespace Compat.Load.CommandLine;

/// <summary>Runs one scenario against one or more targets in turn, so that a noisy machine is noisy for all of them.</summary>
internal static class Comparison
{
    public static async Task<int> RunAsync(string scenarioName, Options options)
    {
        var create = Catalog.Find(scenarioName);
        if (options.Targets.Count == 0)
        {
            throw new ArgumentException("say where: --bootstrap host:port, or --target label=host:port[@pid]");
        }

        var simulation = new LoadSimulation(
            options.Number("copies", 1), options.Decimal("rate", 0), options.Seconds("warmup", 2), options.Seconds("seconds", 10));
        var rounds = options.Number("rounds", 1);
        var json = options.Flag("json");
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(json ? Console.Error : Console.Out) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = 200;
        }

        var results = options.Targets.Select(target => (target.Label, Rounds: new List<ScenarioResult>())).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (target, (label, done)) in options.Targets.Zip(results))
            {
                options.BrokerProcessId = target.ProcessId;
                var result = await ScenarioRunner.RunAsync(create(), target.BootstrapServers, options, simulation, new LiveLine(label, console));
                done.Add(result);
                if (json)
                {
                    Console.WriteLine(JsonLine.Of(label, result));
                }

                console.WriteLine($"{label}: {PerfTestSummary.Of(result)}");
            }
        }

        ResultTable.Write(console, [.. results.Select(result => (result.Label, (IReadOnlyList<ScenarioResult>)result.Rounds))]);
        foreach (var name in options.Unknown)
        {
            Console.Error.WriteLine($"compat-load: nothing asked for --{name}; is it misspelt?");
        }

        return results.SelectMany(result => result.Rounds).SelectMany(result => result.Scenario.Steps).Any(step => step.Failures > 0) ? 1 : 0;
    }
}
