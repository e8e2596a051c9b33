using System.Globalization;
using Compat.Load.Model;

namespace Compat.Load.Report;

/// <summary>The last line of kafka-producer-perf-test, which people's scripts already read.</summary>
internal static class PerfTestSummary
{
    public static string Of(ScenarioResult result)
    {
        var step = result.Scenario.Steps[0];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{step.Count} records sent, {result.RatePerSecond(step):F6} records/sec ({result.MegabytesPerSecond(step):F2} MB/sec), " +
            $"{step.MeanMilliseconds:F2} ms avg latency, {step.Milliseconds(100):F2} ms max latency, {Math.Round(step.Milliseconds(50))} ms 50th, " +
            $"{Math.Round(step.Milliseconds(95))} ms 95th, {Math.Round(step.Milliseconds(99))} ms 99th, {Math.Round(step.Milliseconds(99.9))} ms 99.9th.");
    }
}
