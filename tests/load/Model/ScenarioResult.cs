using Compat.Load.Measure;

namespace Compat.Load.Model;

/// <summary>What one run showed.</summary>
/// <param name="Scenario">The scenario, whose steps hold the figures.</param>
/// <param name="Elapsed">The time that counted.</param>
/// <param name="BrokerCpuSeconds">CPU the broker used in that time; null when its process id was not given.</param>
/// <param name="BrokerUsage">The broker's memory at the end.</param>
internal sealed record ScenarioResult(Scenario Scenario, TimeSpan Elapsed, double? BrokerCpuSeconds, ProcessUsage? BrokerUsage)
{
    public double RatePerSecond(Step step) => step.Count / Elapsed.TotalSeconds;

    public double MegabytesPerSecond(Step step) => step.Bytes / (1024.0 * 1024.0) / Elapsed.TotalSeconds;
}
