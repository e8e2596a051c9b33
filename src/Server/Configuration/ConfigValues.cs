using Compat.Log.Configuration;

namespace Compat.Server.Configuration;

/// <summary>Broker settings in force, read by name and type.</summary>
internal sealed class ConfigValues
{
    private readonly IReadOnlyDictionary<string, string> _values;
    private readonly IReadOnlySet<string> _profile;

    /// <summary>Values over the defaults of the definitions.</summary>
    /// <param name="values">What was set, as text.</param>
    /// <param name="profile">The names whose value is this broker's own default rather than the user's choice.</param>
    public ConfigValues(IReadOnlyDictionary<string, string> values, IReadOnlySet<string> profile)
    {
        _values = values;
        _profile = profile;
    }

    /// <summary>True when somebody chose the value.</summary>
    public bool IsSet(string name) => _values.ContainsKey(name) && !_profile.Contains(name);

    /// <summary>The value as text, or the default; null when there is neither.</summary>
    public string? Text(string name) => _values.TryGetValue(name, out string? value) ? value : BrokerConfigs.Catalog[name].Default;

    /// <summary>A value that is always there.</summary>
    /// <exception cref="ConfigException">It is not valid, or missing.</exception>
    public T Required<T>(string name) =>
        BrokerConfigs.Catalog[name].Parse(Text(name)) is T value ? value : throw new ConfigException($"Missing required configuration {name}, which has no default value");

    /// <summary>A value that may be missing.</summary>
    /// <exception cref="ConfigException">It is not valid.</exception>
    public T? Optional<T>(string name) => (T?)BrokerConfigs.Catalog[name].Parse(Text(name));

    /// <summary>The elements of a list.</summary>
    /// <exception cref="ConfigException">It is not valid.</exception>
    public string[] List(string name) => Required<string[]>(name);

    /// <summary>The values a setting has for single listeners (<c>listener.name.{name}.{setting}</c>), by listener name in upper case.</summary>
    /// <exception cref="ConfigException">One is not valid.</exception>
    public Dictionary<string, T> ByListener<T>(string name)
    {
        const string Prefix = "listener.name.";
        string suffix = "." + name;
        Dictionary<string, T> found = new(StringComparer.Ordinal);
        foreach ((string key, string value) in _values)
        {
            if (key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith(suffix, StringComparison.Ordinal) && key.Length > Prefix.Length + suffix.Length)
            {
                found[key[Prefix.Length..^suffix.Length].ToUpperInvariant()] = (T)BrokerConfigs.Catalog[name].Parse(value)!;
            }
        }

        return found;
    }
}
