using System.Globalization;

namespace Compat.Log.Configuration;

/// <summary>A broker setting that gives a topic setting its value when the topic does not set it.</summary>
/// <param name="Name">The broker setting.</param>
/// <param name="UnitMs">Milliseconds one of its units is worth when the units differ, else 1.</param>
public readonly record struct ConfigSynonym(string Name, long UnitMs = 1)
{
    /// <summary>Milliseconds in a minute, for a synonym counted in minutes.</summary>
    public const long MinuteMs = 60_000;

    /// <summary>Milliseconds in an hour, for a synonym counted in hours.</summary>
    public const long HourMs = 3_600_000;

    /// <summary>The synonym's value in the unit of the topic setting. Any negative time means "no limit", which is -1.</summary>
    public string Convert(string value)
    {
        if (UnitMs == 1 || !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long units))
        {
            return value;
        }

        return (units < 0 ? -1 : units * UnitMs).ToString(CultureInfo.InvariantCulture);
    }
}
