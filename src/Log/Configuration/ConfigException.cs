namespace Compat.Log.Configuration;

/// <summary>A setting has a value it cannot have. The message is one line that names the setting, the value and what is wrong.</summary>
public sealed class ConfigException : Exception
{
    /// <summary>A refusal of one value of one setting.</summary>
    public ConfigException(string name, string? value, string problem, string? source = null)
        : base(Describe(name, value, problem, source))
    {
        Name = name;
    }

    /// <summary>A refusal that concerns how several settings go together.</summary>
    public ConfigException(string message)
        : base(message)
    {
    }

    /// <summary>The setting that was refused, or null when several are concerned.</summary>
    public string? Name { get; }

    private static string Describe(string name, string? value, string problem, string? source)
    {
        string origin = source is null ? string.Empty : $" ({source})";
        return $"Invalid value {value ?? "null"} for configuration {name}{origin}: {problem}";
    }
}
