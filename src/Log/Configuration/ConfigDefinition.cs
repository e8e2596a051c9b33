namespace Compat.Log.Configuration;

/// <summary>Everything there is to say about one setting. Definitions are immutable and shared by all brokers of a process.</summary>
public sealed record ConfigDefinition
{
    /// <summary>A setting.</summary>
    /// <param name="name">Its name as users write it.</param>
    /// <param name="type">The type of its value.</param>
    /// <param name="defaultText">The value when nobody sets it; null when there is none.</param>
    /// <param name="rule">What a value must satisfy beyond the type, or null.</param>
    /// <param name="documentation">One or two sentences.</param>
    public ConfigDefinition(string name, ConfigType type, string? defaultText, ConfigRule? rule, string documentation)
    {
        Name = name;
        Type = type;
        Default = defaultText;
        Rule = rule;
        Documentation = documentation;
    }

    /// <summary>The name as users write it, for example <c>retention.ms</c>.</summary>
    public string Name { get; init; }

    /// <summary>The type of the value.</summary>
    public ConfigType Type { get; }

    /// <summary>The value when nobody sets it, as text; null when there is none.</summary>
    public string? Default { get; init; }

    /// <summary>What a value must satisfy beyond its type, or null.</summary>
    public ConfigRule? Rule { get; init; }

    /// <summary>What the setting does, in one or two sentences.</summary>
    public string Documentation { get; init; }

    /// <summary>Whether the setting can be changed while the broker runs. Topic and group settings always can.</summary>
    public ConfigUpdateMode UpdateMode { get; init; } = ConfigUpdateMode.ReadOnly;

    /// <summary>The broker settings that stand in for a topic setting, the strongest first.</summary>
    public IReadOnlyList<ConfigSynonym> Synonyms { get; init; } = [];

    /// <summary>Whether the setting changes what this broker does.</summary>
    public ConfigEffect Effect { get; init; } = ConfigEffect.Implemented;

    /// <summary>True when the setting has to be given: Kafka has no default for it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>True when the setting works but is neither described nor documented.</summary>
    public bool IsInternal { get; init; }

    /// <summary>True when the value must never be shown.</summary>
    public bool IsSensitive => Type == ConfigType.Password;

    /// <summary>The problem with a value given as text, or null when the setting can have it.</summary>
    public string? ProblemWith(string? text) =>
        ConfigText.TryParse(Type, text, out object? value, out string? problem) ? ProblemWithParsed(value) : problem;

    /// <summary>The typed value of a text.</summary>
    /// <param name="text">The value as text, or null.</param>
    /// <param name="source">Where the value comes from, for the message.</param>
    /// <exception cref="ConfigException">The setting cannot have that value.</exception>
    public object? Parse(string? text, string? source = null)
    {
        if (!ConfigText.TryParse(Type, text, out object? value, out string? problem) || (problem = ProblemWithParsed(value)) is not null)
        {
            throw new ConfigException(Name, IsSensitive ? "[hidden]" : text, problem, source);
        }

        return value;
    }

    /// <summary>True when the setting can only be given to a running broker, not at its start.</summary>
    public bool IsDynamicOnly { get; init; }

    private string? ProblemWithParsed(object? value) => Rule?.ProblemWith(value)
        ?? (Effect.IsOnlyDefault && !IsDefault(value) ? $"it is not supported, because {Effect.Reason}" : null);

    /// <summary>Where there is no default, nothing given is the same as none.</summary>
    private bool IsDefault(object? value) => ConfigText.Format(value) is var text && (text == Default || string.IsNullOrEmpty(text + Default));

    /// <summary>The same setting, marked as one that is accepted but changes nothing.</summary>
    /// <param name="reason">One clause that completes "has no effect: ".</param>
    public ConfigDefinition WithoutEffect(string reason) => this with { Effect = ConfigEffect.AcceptedWithoutEffect(reason) };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
