using System.Globalization;
using System.Text.RegularExpressions;

namespace Compat.Server.Tests.Monitoring;

/// <summary>Reads the Prometheus text format as strictly as a scraper does.</summary>
internal static partial class Exposition
{
    /// <summary>The samples by name and labels.</summary>
    public static Dictionary<string, double> Parse(string text)
    {
        Dictionary<string, double> samples = [];
        HashSet<string> families = [];
        string family = "";
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                Assert.True(families.Add(family), $"{family} is there twice");
            }
            else if (!line.StartsWith('#'))
            {
                Match match = Sample().Match(line);
                Assert.True(match.Success, line);
                Assert.StartsWith(family, match.Groups[1].Value, StringComparison.Ordinal);
                Assert.True(samples.TryAdd(match.Groups[1].Value + match.Groups[2].Value, Number(match.Groups[3].Value)), $"{line} is there twice");
            }
        }

        return samples;
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*",?)*\})? (\S+)$""")]
    private static partial Regex Sample();
}
