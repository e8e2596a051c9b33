using System.Diagnostics;
using Compat.Load.CommandLine;
using Compat.Load.Measure;
using Compat.Load.Report;

namespace Compat.Load.Model;

/// <summary>Runs a scenario under a load simulation: prepare, warm up, measure, clean.</summary>
internal static class ScenarioRunner
{
    /// <summary>How much longer than asked a run may take for the first of every step: a client may be slow to connect.</summary>
    private static readonly TimeSpan PatienceForTheFirst = TimeSpan.FromSeconds(30);

    public static async Task<ScenarioResult> RunAsync(
        Scenario scenario, string bootstrapServers, Options options, LoadSimulation simulation, IProgressView progress)
    {
        using var stop = new CancellationTokenSource();
        var context = new LoadContext(bootstrapServers, options, simulation, stop.Token);
        await scenario.PrepareAsync(context);
        try
        {
            // The last thing before the work: memory that lies idle is soon taken away again.
            var warm = WarmMemory.Make(options.Number("warm-memory", 0));
            if (warm > 0)
            {
                scenario.Figures["bare write MB/s before"] = warm;
            }

            var copies = Enumerable.Range(0, simulation.Copies)
                .Select(copy => Task.Factory.StartNew(() => scenario.RunAsync(context, copy), TaskCreationOptions.LongRunning).Unwrap())
                .ToArray();
            var work = Task.WhenAll(copies);
            if (!scenario.EndsByItself)
            {
                await WaitAsync(scenario, work, simulation.WarmUp, null);
                foreach (var step in scenario.Steps)
                {
                    step.Reset();
                }
            }

            var before = ProcessUsage.Of(options.BrokerProcessId);
            var started = Stopwatch.GetTimestamp();
            await WaitAsync(scenario, work, scenario.EndsByItself ? TimeSpan.MaxValue : simulation.During, progress);
            var elapsed = Stopwatch.GetElapsedTime(started);
            var after = ProcessUsage.Of(options.BrokerProcessId);
            var result = new ScenarioResult(scenario, elapsed, after?.CpuSeconds - before?.CpuSeconds, after);
            progress.Complete(result);
            await stop.CancelAsync();
            await work;
            return result;
        }
        finally
        {
            await stop.CancelAsync();
            await scenario.CleanAsync(context);
        }
    }

    /// <summary>
    /// Waits for the time to pass, or for a scenario that ends by itself, showing progress twice a second. A time in which
    /// a step was not taken once measures nothing: it goes on until it was.
    /// </summary>
    private static async Task WaitAsync(Scenario scenario, Task work, TimeSpan time, IProgressView? progress)
    {
        var started = Stopwatch.GetTimestamp();
        while (!work.IsCompleted && Stopwatch.GetElapsedTime(started) is var passed && (passed < time || IsWaitingForTheFirst(scenario, passed - time)))
        {
            var left = passed < time ? time - passed : PatienceForTheFirst;
            await Task.WhenAny(work, Task.Delay(left < TimeSpan.FromSeconds(0.5) ? left : TimeSpan.FromSeconds(0.5)));
            progress?.Update(scenario, Stopwatch.GetElapsedTime(started));
        }

        if (work.IsFaulted)
        {
            await work;
        }
    }

    private static bool IsWaitingForTheFirst(Scenario scenario, TimeSpan over) =>
        over < PatienceForTheFirst && scenario.Steps.Any(step => step.Count + step.Failures == 0);
}
