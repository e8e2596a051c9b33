using System.Globalization;

namespace Compat.Server.Configuration;

/// <summary>Durations as ISO 8601 writes them: <c>PnDTnHnMn.nS</c>.</summary>
internal static class IsoDuration
{
    private const string DateUnits = "D";
    private const string TimeUnits = "HMS";

    /// <summary>True when the text is the prefix followed by a duration that is not negative.</summary>
    public static bool IsNotNegative(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && IsNotNegative(text[prefix.Length..]);

    private static bool IsNotNegative(string text)
    {
        if (!text.StartsWith('P'))
        {
            return false;
        }

        int time = text.IndexOf('T', StringComparison.Ordinal);
        string date = time < 0 ? text[1..] : text[1..time];
        bool isDate = ConsistsOf(date, DateUnits);
        return time < 0
            ? isDate && date.Length > 0
            : isDate && time + 1 < text.Length && ConsistsOf(text[(time + 1)..], TimeUnits);
    }

    /// <summary>True when the text consists of numbers with units that come in the given order, each at most once; only seconds have a fraction.</summary>
    private static bool ConsistsOf(string text, string units)
    {
        int next = 0;
        while (text.Length > 0)
        {
            int end = text.IndexOfAny(units.AsSpan(next).ToArray());
            if (end <= 0)
            {
                return false;
            }

            NumberStyles style = text[end] == 'S' ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
            if (!decimal.TryParse(text.AsSpan(0, end), style, CultureInfo.InvariantCulture, out _))
            {
                return false;
            }

            next = units.IndexOf(text[end], StringComparison.Ordinal) + 1;
            text = text[(end + 1)..];
        }

        return true;
    }
}
