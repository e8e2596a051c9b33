using Compat.Load.CommandLine;
using Compat.Load.Librdkafka;
using Compat.Load.Model;
using Compat.Load.Report;
using Compat.Load.Scenarios;
using Spectre.Console;

namespace Compat.Load.Tests;

public class MockClusterTests
{
    [Fact]
    public async Task Produce_and_round_trip_run_against_the_mock_cluster_and_lose_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the packaged librdkafka is looked up for Linux only");
        using var mock = new MockCluster(1);
        foreach (var scenario in (Scenario[])[new ProduceScenario(), new RoundTripScenario()])
        {
            var result = await ScenarioRunner.RunAsync(
                scenario,
                mock.BootstrapServers,
                Options.Parse(["--topic", "load", "--size", "100"]),
                LoadSimulation.KeepConstant(1, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.5)),
                new LiveLine("mock", AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) })));

            Assert.True(result.Scenario.Steps[0].Count > 0);
            Assert.Equal(0, result.Scenario.Steps[0].Failures);
            Assert.True(result.Scenario.Steps[0].Milliseconds(50) > 0);
        }
    }

    [Fact]
    public void The_figures_are_those_of_the_packaged_librdkafka()
        => Assert.Equal("2.16.0", NativeClient.Version);
}
