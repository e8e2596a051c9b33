using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Sources;

/// <summary>Reads settings from the command line: <c>--override name=value</c>.</summary>
public static class OverrideSource
{
    /// <summary>The assignments in their order; a later one of the same name wins.</summary>
    /// <exception cref="ConfigException">There is no <c>=</c> or no name.</exception>
    public static IReadOnlyList<ConfigAssignment> Parse(IEnumerable<string> overrides) => [.. overrides.Select(Parse)];

    private static ConfigAssignment Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? string.Empty : text[..equals].Trim();
        return name.Length > 0
            ? new ConfigAssignment(name, text[(equals + 1)..].Trim(), "--override")
            : throw new ConfigException($"--override {text} is not in the form name=value");
    }
}
