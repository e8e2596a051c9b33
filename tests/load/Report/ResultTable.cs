using System.Globalization;
using Compat.Load.Model;
using Spectre.Console;

namespace Compat.Load.Report;

/// <summary>The table at the end: a row a step and target, medians over the rounds, ratios to the first target.</summary>
internal static class ResultTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<(string Label, IReadOnlyList<ScenarioResult> Rounds)> targets)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in (string[])["target", "step", "count/s", "MB/s", "ratio", "mean ms", "p50", "p95", "p99", "p99.9", "max", "failed", "broker CPU s", "peak MB"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var (label, rounds) in targets)
        {
            for (var index = 0; index < rounds[0].Scenario.Steps.Count; index++)
            {
                table.AddRow(Row(label, index, rounds, targets[0].Rounds));
            }
        }

        console.Write(table);
        WriteFigures(console, targets);
    }

    private static string[] Row(string label, int index, IReadOnlyList<ScenarioResult> rounds, IReadOnlyList<ScenarioResult> first)
    {
        double Of(Func<ScenarioResult, double> figure) => Median.Of(rounds.Select(figure));
        var rate = Of(round => round.RatePerSecond(round.Scenario.Steps[index]));
        var firstRate = Median.Of(first.Select(round => round.RatePerSecond(round.Scenario.Steps[index])));
        var failures = rounds.Sum(round => round.Scenario.Steps[index].Failures);
        string Latency(double percentile) => Number(Of(round => round.Scenario.Steps[index].Milliseconds(percentile)), "0.000");
        return
        [
            label, rounds[0].Scenario.Steps[index].Name, Number(rate, "N0"),
            Number(Of(round => round.MegabytesPerSecond(round.Scenario.Steps[index])), "N1"),
            firstRate > 0 ? Number(rate / firstRate, "0.00") : "-",
            Number(Of(round => round.Scenario.Steps[index].MeanMilliseconds), "0.000"),
            Latency(50), Latency(95), Latency(99), Latency(99.9), Latency(100), Number(failures, "N0"),
            rounds[0].BrokerCpuSeconds is null ? "-" : Number(Of(round => round.BrokerCpuSeconds ?? 0), "0.00"),
            rounds[0].BrokerUsage is null ? "-" : Number(Of(round => (round.BrokerUsage?.PeakResidentBytes ?? 0) / 1048576.0), "N0"),
        ];
    }

    private static void WriteFigures(IAnsiConsole console, IReadOnlyList<(string Label, IReadOnlyList<ScenarioResult> Rounds)> targets)
    {
        foreach (var (label, rounds) in targets)
        {
            foreach (var name in rounds[0].Scenario.Figures.Keys)
            {
                var median = Median.Of(rounds.Select(round => round.Scenario.Figures[name]));
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{label}: {name} = {median:0.###}"));
            }

            foreach (var failure in rounds.SelectMany(round => round.Scenario.Steps).Select(step => step.LastFailure).OfType<string>().Distinct())
            {
                console.WriteLine($"{label}: a failure said: {failure}");
            }
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
