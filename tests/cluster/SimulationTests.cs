using Compat.Clients.Tests.Support;

namespace Compat.Cluster.Tests;

/// <summary>
/// Whole clusters in virtual time (tests/simulation): as many seeds as fit into the budget, and each deliberate mistake is
/// found. A seed that fails says how to run it again.
/// </summary>
public class SimulationTests
{
    private const int SecondsOfEach = 12;

    [Theory]
    [InlineData("--brokers", "3")]
    [InlineData("--brokers", "3", "--flush")]
    public async Task Nothing_is_lost_doubled_or_reordered(params string[] arguments)
    {
        (int exitCode, string text) = await RunAsync([.. arguments, "--seconds", $"{FaultScale.Rounds(SecondsOfEach)}"]);

        Assert.True(exitCode == 0, text);
        Assert.Contains(" seeds, 0 failed", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-idempotence")]
    [InlineData("lying-flush", "--flush")]
    public async Task A_mistake_is_found(string mutant, params string[] arguments)
    {
        (int exitCode, string text) = await RunAsync([.. arguments, "--mutant", mutant, "--seeds", "10", "--until-failure"]);

        Assert.True(exitCode == 1, text);
    }

    private static async Task<(int ExitCode, string Text)> RunAsync(string[] arguments)
    {
        (int exitCode, string text, string error) = await ChildProcess.RunAsync("dotnet", [Path.Combine(Paths.Output, "Compat.Simulation.dll"), .. arguments])
            ?? throw new InvalidOperationException("dotnet does not start");
        // So that every run of the tests says how many seeds it has tried.
        TestContext.Current.SendDiagnosticMessage($"simulation {string.Join(' ', arguments)}: {text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? error}");
        return (exitCode, text + error);
    }
}
