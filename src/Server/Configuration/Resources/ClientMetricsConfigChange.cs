using System.Globalization;
using System.Text.RegularExpressions;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Resources;

/// <summary>Checks all the settings a subscription to client metrics would have (KIP-714).</summary>
internal static class ClientMetricsConfigChange
{
    private const int MinIntervalMs = 100;
    private const int MaxIntervalMs = 3_600_000;

    private static readonly string[] MatchNames =
        ["client_instance_id", "client_id", "client_software_name", "client_software_version", "client_source_address", "client_source_port"];

    /// <summary>The problem with the settings, or null.</summary>
    public static ConfigProblem? Check(string subscription, IReadOnlyDictionary<string, string> values)
    {
        if (subscription.Length == 0)
        {
            return ConfigProblem.Request("Subscription name can't be empty");
        }

        foreach ((string name, string value) in values)
        {
            if (!ClientMetricsConfigs.Catalog.TryGet(name, out ConfigDefinition? definition))
            {
                return ConfigProblem.Request($"Unknown client metrics configuration: {name}");
            }

            if (definition.ProblemWith(value) is { } problem)
            {
                return ConfigProblem.Config(new ConfigException(name, value, problem).Message);
            }
        }

        return CheckInterval(values) ?? CheckMatch(values);
    }

    private static ConfigProblem? CheckInterval(IReadOnlyDictionary<string, string> values) =>
        values.TryGetValue("interval.ms", out string? interval)
        && int.Parse(interval, NumberStyles.Integer, CultureInfo.InvariantCulture) is < MinIntervalMs or > MaxIntervalMs
            ? ConfigProblem.Request($"Invalid value {interval} for interval.ms, interval must be between {MinIntervalMs} and {MaxIntervalMs} (1 hour)")
            : null;

    private static ConfigProblem? CheckMatch(IReadOnlyDictionary<string, string> values)
    {
        foreach (string pattern in ConfigText.SplitList(values.GetValueOrDefault("match", string.Empty)))
        {
            string[] parts = pattern.Split('=');
            if (parts.Length != 2 || !MatchNames.Contains(parts[0].Trim()) || !IsPattern(parts[1].Trim()))
            {
                return ConfigProblem.Config($"Illegal client matching pattern: {pattern}");
            }
        }

        return null;
    }

    private static bool IsPattern(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return text.Length > 0;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
