using System.Diagnostics;
using System.Text.Json;
using Compat.Load.Model;
using Compat.Load.Report;

namespace Compat.Load.Tests;

public class FiguresTests
{
    [Fact]
    public void The_median_is_the_middle_and_of_an_even_number_the_mean_of_the_middle_two()
    {
        Assert.Equal(3, Median.Of([9, 1, 3]));
        Assert.Equal(2.5, Median.Of([4, 1, 2, 3]));
        Assert.Throws<ArgumentException>(() => Median.Of([]));
    }

    [Fact]
    public void A_late_generator_counts_its_lateness_as_latency()
    {
        var pacer = new Pacer(1_000_000);
        var first = pacer.WaitForNext();
        var late = Stopwatch.StartNew();
        while (late.ElapsedMilliseconds < 5)
        {
            // The generator is held up for five milliseconds; the pace goes on without it.
        }

        var second = pacer.WaitForNext();

        Assert.InRange(Stopwatch.GetElapsedTime(first, second), TimeSpan.FromMicroseconds(0.9), TimeSpan.FromMicroseconds(1.1));
    }

    [Fact]
    public void A_step_forgets_its_warm_up_and_keeps_its_failures()
    {
        var step = new Step("acknowledged");
        step.Record(Stopwatch.GetTimestamp(), 10);
        step.Fail("refused");
        step.Reset();
        step.Add(2, 20);

        Assert.Equal((2, 20, 1), (step.Count, step.Bytes, step.Failures));
        Assert.Equal(0, step.Milliseconds(99));
        Assert.Equal("refused", step.LastFailure);
    }

    [Fact]
    public void The_summary_line_is_the_one_scripts_parse()
    {
        var line = PerfTestSummary.Of(Result());

        Assert.Matches(
            @"^1000 records sent, 500\.000000 records/sec \(0\.05 MB/sec\), [\d.]+ ms avg latency, [\d.]+ ms max latency, \d+ ms 50th, \d+ ms 95th, \d+ ms 99th, \d+ ms 99\.9th\.$",
            line);
    }

    [Fact]
    public void The_json_line_is_one_line_that_holds_the_figures()
    {
        var line = JsonLine.Of("ours", Result());

        Assert.DoesNotContain('\n', line);
        using var document = JsonDocument.Parse(line);
        Assert.Equal("ours", document.RootElement.GetProperty("target").GetString());
        Assert.Equal(1000, document.RootElement.GetProperty("steps")[0].GetProperty("count").GetInt64());
        Assert.Equal(500, document.RootElement.GetProperty("steps")[0].GetProperty("ratePerSecond").GetDouble());
    }

    private static ScenarioResult Result()
    {
        var scenario = new CountingScenario();
        scenario.Only.Add(1000, 100_000);
        return new ScenarioResult(scenario, TimeSpan.FromSeconds(2), null, null);
    }

    private sealed class CountingScenario : Scenario
    {
        public CountingScenario() => Only = AddStep("acknowledged");

        public Step Only { get; }

        public override string Name => "counting";

        public override string Summary => "";

        public override Task RunAsync(LoadContext context, int copy) => Task.CompletedTask;
    }
}
