using System.Globalization;

namespace Compat.Log.Configuration;

/// <summary>What the rules need to read values and to write about them.</summary>
internal static class ConfigRuleText
{
    /// <summary>Any numeric value as a double; comparing long.MaxValue as one is exact enough for a bound.</summary>
    public static double Number(object value) => System.Convert.ToDouble(value, CultureInfo.InvariantCulture);

    /// <summary>A bound without a needless fraction.</summary>
    public static string Bound(double bound) => bound.ToString("0.################", CultureInfo.InvariantCulture);

    /// <summary>The problem with a list value, or null.</summary>
    public static string? ProblemWithList(object? value, bool mayBeEmpty, bool mayBeNull, string[] allowed)
    {
        if (value is not string[] list)
        {
            return mayBeNull ? null : "values must not be null";
        }

        if (list.Length == 0 && !mayBeEmpty)
        {
            return $"must not be empty. Valid values include: {(allowed.Length == 0 ? "any non-empty value" : string.Join(", ", allowed))}";
        }

        if (list.Distinct(StringComparer.Ordinal).Count() != list.Length)
        {
            return "values must not be duplicated";
        }

        if (list.Contains(string.Empty))
        {
            return "values must not be empty";
        }

        return allowed.Length == 0 || list.All(allowed.Contains) ? null : $"String must be one of: {string.Join(", ", allowed)}";
    }
}
