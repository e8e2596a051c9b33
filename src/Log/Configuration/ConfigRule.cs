namespace Compat.Log.Configuration;

/// <summary>What a setting's value must satisfy beyond its type.</summary>
public sealed class ConfigRule
{
    private readonly Func<object?, string?> _check;

    /// <summary>A rule.</summary>
    /// <param name="description">The valid values in the notation of Kafka's documentation, for example <c>[1,...]</c>.</param>
    /// <param name="check">The problem with a parsed value, or null when there is none.</param>
    public ConfigRule(string description, Func<object?, string?> check)
    {
        Description = description;
        _check = check;
    }

    /// <summary>The valid values, as Kafka's documentation writes them.</summary>
    public string Description { get; }

    /// <summary>The problem with a parsed value, or null when there is none.</summary>
    public string? ProblemWith(object? value) => _check(value);

    /// <summary>A number of at least <paramref name="minimum"/>; null is refused.</summary>
    public static ConfigRule AtLeast(double minimum) => Between(minimum, double.PositiveInfinity);

    /// <summary>A number in a closed range; null is refused.</summary>
    public static ConfigRule Between(double minimum, double maximum)
    {
        string from = ConfigRuleText.Bound(minimum);
        string to = ConfigRuleText.Bound(maximum);
        string description = double.IsPositiveInfinity(maximum) ? $"[{from},...]" : $"[{from},...,{to}]";
        return new ConfigRule(description, value =>
            value is null ? "Value must be non-null"
            : ConfigRuleText.Number(value) < minimum ? $"Value must be at least {from}"
            : ConfigRuleText.Number(value) > maximum ? $"Value must be no more than {to}"
            : null);
    }

    /// <summary>A number in a closed range, or one value outside of it that means something else.</summary>
    public static ConfigRule BetweenOr(double minimum, double maximum, double other)
    {
        string description = $"[{ConfigRuleText.Bound(minimum)},...,{ConfigRuleText.Bound(maximum)}] or {ConfigRuleText.Bound(other)}";
        ConfigRule range = Between(minimum, maximum);
        return new ConfigRule(description, value =>
            value is not null && ConfigRuleText.Number(value) == other ? null
            : range.ProblemWith(value) is null ? null
            : $"Value must be between {ConfigRuleText.Bound(minimum)} and {ConfigRuleText.Bound(maximum)} or equal to {ConfigRuleText.Bound(other)}");
    }

    /// <summary>One of the given texts.</summary>
    public static ConfigRule OneOf(params string[] allowed) =>
        new($"[{string.Join(", ", allowed)}]", value =>
            value is string text && allowed.Contains(text) ? null : $"String must be one of: {string.Join(", ", allowed)}");

    /// <summary>One of the given texts, in any case.</summary>
    public static ConfigRule OneOfIgnoringCase(params string[] allowed) =>
        new($"(case insensitive) [{string.Join(", ", allowed)}]", value =>
            value is string text && allowed.Contains(text, StringComparer.OrdinalIgnoreCase) ? null
            : $"String must be one of (case insensitive): {string.Join(", ", allowed)}");

    /// <summary>Anything but null.</summary>
    public static ConfigRule NotNull() => new("non-null string", value => value is null ? "entry must be non null" : null);

    /// <summary>Null, or a text with at least one character.</summary>
    public static ConfigRule NotEmpty() => new("non-empty string", value => value is "" ? "String must be non-empty" : null);

    /// <summary>A list without duplicates or empty elements, each one of <paramref name="allowed"/> unless that is empty.</summary>
    public static ConfigRule ListOf(bool mayBeEmpty, bool mayBeNull, params string[] allowed) =>
        new(allowed.Length == 0 ? string.Empty : $"[{string.Join(", ", allowed)}]", value => ConfigRuleText.ProblemWithList(value, mayBeEmpty, mayBeNull, allowed));

    /// <summary>All of the rules, the first problem reported.</summary>
    public static ConfigRule All(params ConfigRule[] rules) =>
        new(string.Join(", ", rules.Select(rule => rule.Description)), value =>
            rules.Select(rule => rule.ProblemWith(value)).FirstOrDefault(problem => problem is not null));
}
