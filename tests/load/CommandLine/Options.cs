using System.Globalization;

namespace Compat.Load.CommandLine;

/// <summary>What stands on the command line after the scenario: <c>--name value</c> pairs and <c>--setting name=value</c> for the client.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Client settings to add or replace, in librdkafka's names.</summary>
    public List<KeyValuePair<string, string>> ClientSettings { get; } = [];

    /// <summary>Settings of the topics that scenarios create: <c>--topic-setting name=value</c>.</summary>
    public List<KeyValuePair<string, string>> TopicSettings { get; } = [];

    /// <summary>Addresses to measure, each with a label: <c>--target name=host:port[@pid]</c>.</summary>
    public List<Target> Targets { get; } = [];

    /// <summary>The broker's process id, for its CPU and memory; set for each target in turn.</summary>
    public int? BrokerProcessId { get; set; }

    /// <exception cref="ArgumentException">A word is no option, or an option has no value.</exception>
    public static Options Parse(IReadOnlyList<string> words)
    {
        var options = new Options();
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{words[i]}' is not an option; options start with --");
            }

            var name = words[i][2..];
            var isSwitch = i + 1 == words.Count || words[i + 1].StartsWith("--", StringComparison.Ordinal);
            options.Set(name, isSwitch ? "true" : words[++i]);
        }

        return options;
    }

    /// <summary>The same options with another value of one.</summary>
    public Options With(string name, string value)
    {
        _asked.Add(name);
        var options = new Options();
        options.ClientSettings.AddRange(ClientSettings);
        options.TopicSettings.AddRange(TopicSettings);
        foreach (var (known, text) in _values)
        {
            options._values[known] = text;
        }

        options._values[name] = value;
        return options;
    }

    public string Text(string name, string fallback)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name, fallback);
    }

    public int Number(string name, int fallback) => (int)Decimal(name, fallback);

    public double Decimal(string name, double fallback)
    {
        var text = Text(name, fallback.ToString(CultureInfo.InvariantCulture));
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new ArgumentException($"--{name} wants a number and got '{text}'");
    }

    public bool Flag(string name) => Text(name, "false") == "true";

    public TimeSpan Seconds(string name, double fallback) => TimeSpan.FromSeconds(Decimal(name, fallback));

    /// <summary>Options nobody asked for: a misspelt one must not pass in silence.</summary>
    public IEnumerable<string> Unknown => _values.Keys.Where(name => !_asked.Contains(name));

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "setting":
                ClientSettings.Add(NameAndValue(name, value));
                break;
            case "topic-setting":
                TopicSettings.Add(NameAndValue(name, value));
                break;
            case "target":
                Targets.Add(Target.Parse(value));
                break;
            case "bootstrap":
                Targets.Add(Target.Parse($"broker={value}"));
                break;
            default:
                _values[name] = value;
                break;
        }
    }

    private static KeyValuePair<string, string> NameAndValue(string option, string text)
        => text.Split('=', 2) is [var name, var value] ? new(name, value) : throw new ArgumentException($"--{option} wants name=value");
}
