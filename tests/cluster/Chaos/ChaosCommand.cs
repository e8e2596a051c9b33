using Compat.Cluster.Tests.Histories;

namespace Compat.Cluster.Tests.Chaos;

/// <summary>The command line of the chaos runner.</summary>
internal static class ChaosCommand
{
    /// <summary>The first argument.</summary>
    public const string Name = "chaos";

    private const int MostAnomaliesOfAKind = 5;

    /// <summary>Runs as the arguments say; 0 when nothing was found, 1 when something was, 2 when the arguments are wrong.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        ChaosOptions options;
        try
        {
            options = ChaosOptions.Parse(arguments);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }

        return await RunAsync(options, Console.WriteLine) is { Count: 0 } ? 0 : 1;
    }

    /// <summary>Runs and returns what was found, in words. With a finding the data and logs of the brokers stay.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(ChaosOptions options, Action<string> say)
    {
        string directory = Directory.CreateTempSubdirectory("compat-chaos-").FullName;
        say($"{options.Command}\nin {directory}");
        List<string> found = [];
        await using (ChaosRun run = new(options, directory, say))
        {
            try
            {
                await run.RunAsync();
            }
            catch (Exception e)
            {
                run.Findings.Add($"the run could not go on: {e}");
            }

            foreach (string line in run.Summary())
            {
                say(line);
            }

            found.AddRange(run.Findings.All);
            foreach (IGrouping<AnomalyKind, Anomaly> kind in run.Anomalies.GroupBy(anomaly => anomaly.Kind))
            {
                say($"{kind.Count()} x {kind.Key}");
                found.AddRange(kind.Take(MostAnomaliesOfAKind).Select(anomaly => anomaly.ToString()));
            }
        }

        Report(options, directory, found, say);
        return found;
    }

    private static void Report(ChaosOptions options, string directory, List<string> found, Action<string> say)
    {
        found.ForEach(finding => say($"FOUND: {finding}"));
        say(found.Count == 0 ? "nothing found" : $"again with: {options.Command}");
        bool isExpected = found.Count == 0 || options.Mutant != ChaosMutant.None;
        if (isExpected && !options.IsKept)
        {
            Directory.Delete(directory, recursive: true);
        }
        else
        {
            say($"logs and data are in {directory}");
        }
    }
}
