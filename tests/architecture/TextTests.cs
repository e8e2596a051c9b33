using System.Text.RegularExpressions;

namespace Compat.Architecture.Tests;

/// <summary>Rules that a search can hold. Each failure names file, line and what to do instead.</summary>
public partial class TextTests
{
    private static readonly string[] TextExtensions =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".kapi", ".py", ".js", ".mjs", ".go", ".sh", ".yml", ".yaml", ".txt", ".editorconfig", ".properties", ".npmrc"];

    // Written in pieces so that this file does not break its own rule.
    private static readonly string[] PlacesOfOneMachine =
        ["/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "api." + "nuget.org", "registry." + "npmjs", "deb." + "debian.org", "proxy." + "golang.org", "pypi" + ".org"];

    [Fact]
    public void No_file_names_a_place_of_one_machine_or_a_package_registry() =>
        Rule.Holds(
            Search(TextFiles(), line => PlacesOfOneMachine.Any(place => line.Contains(place, StringComparison.OrdinalIgnoreCase))),
            "The repository must work anywhere: no absolute path of one machine, no host of a registry.");

    [Fact]
    public void Nothing_calls_itself_unfinished()
    {
        Regex unfinished = new("NotImplemented" + "Exception|\\bTO" + "DO\\b|\\bFIX" + "ME\\b|\\bHA" + "CK\\b|\\bfor " + "now\\b|\\bsimpli" + "fied\\b");

        Rule.Holds(Search(TextFiles(), unfinished.IsMatch), "Finish it, or leave it out and do not advertise it.");
    }

    [Fact]
    public void Product_code_waits_only_on_a_time_provider() =>
        Rule.Holds(
            Search(Repository.FilesUnder("src", ".cs"), line => DelayWithoutTimeProvider().IsMatch(line) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)),
            "Use Task.Delay(delay, timeProvider, token).");

    [Fact]
    public void Tests_wait_for_conditions_and_are_not_switched_off() =>
        Rule.Holds(
            Search(Repository.FilesUnder("tests", ".cs").Where(path => !MeasuresTime(path) && path != "tests/architecture/TextTests.cs"), SleepOrSkip().IsMatch),
            "Wait for a condition; a test that cannot run here calls Assert.Skip with the reason.");

    /// <summary>Load lasts as long as it is asked to; so do faults, and a link or a disk that is slow is nothing but a delay.</summary>
    private static bool MeasuresTime(string path) =>
        path.StartsWith("tests/load/", StringComparison.Ordinal) || path.StartsWith("tests/cluster/Chaos/", StringComparison.Ordinal);

    [Fact]
    public void Warnings_are_suppressed_only_with_a_reason()
    {
        List<string> offences = [];
        foreach (string path in Repository.FilesUnder("src", ".cs"))
        {
            string before = "";
            foreach ((int line, string text) in Repository.LinesOf(path))
            {
                if (text.Contains("#pragma warning disable", StringComparison.Ordinal) && !(before + text).Contains("//", StringComparison.Ordinal))
                {
                    offences.Add($"{path}:{line}: {text.Trim()}");
                }

                before = text;
            }
        }

        Rule.Holds(offences, "Say why in a comment on the same line or the one before.");
    }

    [Fact]
    public void Files_end_with_one_line_feed_and_hold_no_carriage_return()
    {
        List<string> offences = [];
        foreach (string path in TextFiles())
        {
            string text = File.ReadAllText(Repository.PathOf(path));
            if (text.Contains('\r') || (text.Length > 0 && (!text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal))))
            {
                offences.Add(path);
            }
        }

        Rule.Holds(offences, "One line feed at the end, none doubled, no carriage return.");
    }

    private static IEnumerable<string> TextFiles() =>
        Repository.Files.Where(path => TextExtensions.Contains(Path.GetExtension(path)) || Path.GetFileName(path) is "Dockerfile" or "run" or ".gitignore" or ".dockerignore");

    private static List<string> Search(IEnumerable<string> paths, Func<string, bool> isOffence) =>
        [.. paths.SelectMany(path => Repository.LinesOf(path).Where(line => isOffence(line.Text)).Select(line => $"{path}:{line.Line}: {line.Text.Trim()}"))];

    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay\((?![^)]*([tT]imeProvider|[tT]ime\b|[cC]lock))")]
    private static partial Regex DelayWithoutTimeProvider();

    [GeneratedRegex(@"Thread\.Sleep|\bSkip\s*=\s*""|Task\.Delay\((?![^)]*([tT]imeProvider|[tT]ime\b|[cC]lock|Infinite))")]
    private static partial Regex SleepOrSkip();
}
