using System.Globalization;
using Compat.Load.Model;
using Spectre.Console;

namespace Compat.Load.Report;

/// <summary>One line that is written over while the run goes on; nothing where the output is no terminal.</summary>
internal sealed class LiveLine : IProgressView
{
    private readonly string _label;
    private readonly IAnsiConsole _console;
    private Dictionary<string, long> _before = [];
    private TimeSpan _beforeTime;

    public LiveLine(string label, IAnsiConsole console)
    {
        _label = label;
        _console = console;
    }

    public void Update(Scenario scenario, TimeSpan elapsed)
    {
        if (!_console.Profile.Out.IsTerminal)
        {
            return;
        }

        var seconds = Math.Max(0.001, (elapsed - _beforeTime).TotalSeconds);
        var steps = scenario.Steps.Select(step => string.Create(
            CultureInfo.InvariantCulture,
            $"{step.Name} {(step.Count - _before.GetValueOrDefault(step.Name)) / seconds:N0}/s p50 {step.Milliseconds(50):0.###} ms p99 {step.Milliseconds(99):0.###} ms"));
        _console.Write($"\r{_label} {scenario.Name} {elapsed.TotalSeconds:0.0} s  {string.Join("  ", steps)}   ");
        _before = scenario.Steps.ToDictionary(step => step.Name, step => step.Count);
        _beforeTime = elapsed;
    }

    public void Complete(ScenarioResult result)
    {
        if (_console.Profile.Out.IsTerminal)
        {
            _console.WriteLine();
        }
    }
}
