using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Compat.Log.Configuration;

/// <summary>Setting values as text and back, as Kafka's clients and brokers write them.</summary>
public static class ConfigText
{
    /// <summary>
    /// Reads a value of the type: bool, string, int, short, long, double or, for lists, string[].
    /// Null stays null. Values are trimmed; an empty list is the empty text.
    /// </summary>
    public static bool TryParse(ConfigType type, string? text, out object? value, [NotNullWhen(false)] out string? problem)
    {
        value = text is null ? null : ParseTrimmed(type, text.Trim());
        problem = text is not null && value is null ? ProblemOf(type) : null;
        return problem is null;
    }

    /// <summary>Writes a parsed value as DescribeConfigs shows it.</summary>
    public static string? Format(object? value) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        string[] list => string.Join(',', list),
        double number => FormatDouble(number),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>Splits a list value at its commas; the white space around them is dropped.</summary>
    public static string[] SplitList(string text)
    {
        string trimmed = text.Trim();
        return trimmed.Length == 0 ? [] : trimmed.Split(',', StringSplitOptions.TrimEntries);
    }

    private static object? ParseTrimmed(ConfigType type, string text) => type switch
    {
        ConfigType.Boolean => text.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
            : text.Equals("false", StringComparison.OrdinalIgnoreCase) ? false : null,
        ConfigType.Int => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null,
        ConfigType.Short => short.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out short number) ? number : null,
        ConfigType.Long => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null,
        ConfigType.Double => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null,
        ConfigType.List => SplitList(text),
        _ => text,
    };

    private static string ProblemOf(ConfigType type) => type switch
    {
        ConfigType.Boolean => "Expected value to be either true or false",
        ConfigType.Int => "Not a number of type INT",
        ConfigType.Short => "Not a number of type SHORT",
        ConfigType.Long => "Not a number of type LONG",
        _ => "Not a number of type DOUBLE",
    };

    /// <summary>A double the way Java prints it: always with a point, and an exponent from 10^7 and below 10^-3.</summary>
    private static string FormatDouble(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        }

        double magnitude = Math.Abs(number);
        if (magnitude == 0 || (magnitude >= 1e-3 && magnitude < 1e7))
        {
            return number.ToString("0.0##################", CultureInfo.InvariantCulture);
        }

        string digits = DigitsOf(number.ToString("R", CultureInfo.InvariantCulture));
        string scientific = number.ToString("E16", CultureInfo.InvariantCulture);
        int exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{(number < 0 ? "-" : "")}{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{exponent}";
    }

    private static string DigitsOf(string shortest)
    {
        int end = shortest.IndexOf('E', StringComparison.Ordinal);
        string mantissa = end < 0 ? shortest : shortest[..end];
        string digits = mantissa.Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        return digits.Length == 0 ? "0" : digits;
    }
}
