using System.Diagnostics;

namespace Compat.Simulation;

/// <summary>Runs seed after seed, and says of each that fails how to run it again.</summary>
internal static class SeedRunner
{
    private const int LinesOfTheStory = 200;

    /// <summary>The exit code: 0 if nothing was wrong.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var stopwatch = Stopwatch.StartNew();
        int failed = 0;
        int seeds = 0;
        for (int seed = arguments.Seed; IsWanted(seed); seed++, seeds++)
        {
            var run = new SimulationRun(seed, arguments);
            string? failure = await run.RunAsync();
            if (failure is null && arguments.IsTwice)
            {
                var again = new SimulationRun(seed, arguments);
                await again.RunAsync();
                failure = run.Summary == again.Summary ? null : $"the second time it was different: {again.Summary}";
            }

            await Console.Out.WriteLineAsync($"seed {seed}: {failure ?? "ok"}; {run.Summary}; {stopwatch.Elapsed.TotalSeconds:F0} s");
            if (failure is not null)
            {
                failed++;
                if (!arguments.IsVerbose)
                {
                    await Console.Out.WriteLineAsync(string.Join('\n', run.Story.Lines.TakeLast(LinesOfTheStory)));
                }

                await Console.Out.WriteLineAsync($"FAILED seed {seed}: {failure}");
                await Console.Out.WriteLineAsync($"replay: dotnet run -c Release --project tests/simulation -- {Replay(seed)}");
            }
        }

        await Console.Out.WriteLineAsync($"{seeds} seeds, {failed} failed, {stopwatch.Elapsed.TotalSeconds:F0} s");
        return failed == 0 ? 0 : 1;

        bool IsWanted(int seed) => (failed == 0 || !arguments.IsUntilFailure)
            && (arguments.Duration is { } duration ? stopwatch.Elapsed < duration : seed < arguments.Seed + arguments.Seeds);

        string Replay(int seed) => $"--seed {seed} --brokers {arguments.Brokers}{(arguments.IsFlushed ? " --flush" : "")}"
            + $"{arguments.Mutant switch { Mutant.NoIdempotence => " --mutant no-idempotence", Mutant.LyingFlush => " --mutant lying-flush", _ => "" }}";
    }
}
