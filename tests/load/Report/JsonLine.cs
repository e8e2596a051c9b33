using System.Text.Json;
using System.Text.Json.Nodes;
using Compat.Load.Librdkafka;
using Compat.Load.Model;

namespace Compat.Load.Report;

/// <summary>One line of JSON for scripts: the figures of one run.</summary>
internal static class JsonLine
{
    private static readonly double[] Percentiles = [50, 95, 99, 99.9, 100];

    public static string Of(string label, ScenarioResult result)
    {
        var steps = new JsonArray();
        foreach (var step in result.Scenario.Steps)
        {
            var latency = new JsonObject();
            foreach (var percentile in Percentiles)
            {
                latency[$"p{percentile.ToString(System.Globalization.CultureInfo.InvariantCulture)}"] = step.Milliseconds(percentile);
            }

            steps.Add(new JsonObject
            {
                ["name"] = step.Name,
                ["count"] = step.Count,
                ["bytes"] = step.Bytes,
                ["failures"] = step.Failures,
                ["ratePerSecond"] = result.RatePerSecond(step),
                ["latencyMs"] = latency,
            });
        }

        var figures = new JsonObject();
        foreach (var (name, value) in result.Scenario.Figures)
        {
            figures[name] = value;
        }

        return new JsonObject
        {
            ["target"] = label,
            ["scenario"] = result.Scenario.Name,
            ["client"] = $"librdkafka {NativeClient.Version}",
            ["seconds"] = result.Elapsed.TotalSeconds,
            ["steps"] = steps,
            ["figures"] = figures,
            ["brokerCpuSeconds"] = result.BrokerCpuSeconds,
            ["brokerPeakBytes"] = result.BrokerUsage?.PeakResidentBytes,
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = false });
    }
}
