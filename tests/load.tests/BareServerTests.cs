using Compat.Load.Bare;
using Compat.Load.CommandLine;
using Compat.Load.Model;
using Compat.Load.Report;
using Compat.Load.Scenarios;
using Spectre.Console;

namespace Compat.Load.Tests;

public class BareServerTests
{
    [Fact]
    public async Task The_bare_loop_serves_producers_and_a_waiting_consumer_and_leaves_no_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the packaged librdkafka is looked up for Linux only");
        var directory = Directory.CreateTempSubdirectory("compat-bare-");
        using (var server = new BareServer(directory.FullName, partitions: 2, flushes: true))
        {
            foreach (var scenario in (Scenario[])[new ProduceScenario(), new EndToEndScenario(), new ConsumeScenario()])
            {
                var result = await RunAsync(scenario, server.Port);
                Assert.True(result.Scenario.Figures["bare write MB/s before"] > 0);
            }
        }

        Assert.Empty(directory.GetFiles());
        directory.Delete();
    }

    [Fact]
    public async Task What_is_sent_to_the_echo_comes_back()
    {
        using var server = new EchoServer();
        await RunAsync(new EchoScenario(), server.Port);
    }

    private static async Task<ScenarioResult> RunAsync(Scenario scenario, int port)
    {
        var result = await ScenarioRunner.RunAsync(
            scenario,
            $"127.0.0.1:{port}",
            Options.Parse(["--size", "100", "--rate", "500", "--records", "1000", "--warm-memory", "1"]),
            LoadSimulation.Inject(1, 500, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.5)),
            new LiveLine("bare", AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) })));

        Assert.All(result.Scenario.Steps, step => Assert.True(step.Count > 0, $"{scenario.Name}: {step.Name}"));
        Assert.All(result.Scenario.Steps, step => Assert.Equal(0, step.Failures));
        return result;
    }
}
