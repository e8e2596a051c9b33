namespace Compat.Wire.Generator.Model;

/// <summary>A range of versions: <c>3</c>, <c>1-4</c>, <c>2+</c>, or none at all.</summary>
/// <param name="Low">The first version.</param>
/// <param name="High">The last version; <see cref="Open"/> when the range has no end.</param>
public readonly record struct VersionRange(int Low, int High)
{
    /// <summary>The end of a range that goes on for ever.</summary>
    public const int Open = short.MaxValue;

    /// <summary>The range without a version.</summary>
    public static VersionRange None => new(0, -1);

    /// <summary>Every version.</summary>
    public static VersionRange All => new(0, Open);

    /// <summary>True when no version is in the range.</summary>
    public bool IsEmpty => Low > High;

    /// <summary>True when the version is in the range.</summary>
    public bool Contains(int version) => version >= Low && version <= High;

    /// <summary>True when every version of <paramref name="other"/> is in the range.</summary>
    public bool Contains(VersionRange other) => other.IsEmpty || (Low <= other.Low && High >= other.High);

    /// <summary>The versions in both ranges.</summary>
    public VersionRange And(VersionRange other)
    {
        int low = Math.Max(Low, other.Low);
        int high = Math.Min(High, other.High);
        return low > high ? None : new VersionRange(low, high);
    }

    /// <summary>The notation of the range, as pages write it.</summary>
    public override string ToString() =>
        IsEmpty ? "none" : High == Open ? $"{Low}+" : Low == High ? $"{Low}" : $"{Low}-{High}";

    /// <summary>Reads the notation of a range.</summary>
    public static bool TryParse(string text, out VersionRange range)
    {
        range = None;
        if (text == "none")
        {
            return true;
        }

        int dash = text.IndexOf('-');
        if (text.EndsWith("+", StringComparison.Ordinal) && TryNumber(text.Substring(0, text.Length - 1), out int from))
        {
            range = new VersionRange(from, Open);
        }
        else if (dash > 0 && TryNumber(text.Substring(0, dash), out int low) && TryNumber(text.Substring(dash + 1), out int high))
        {
            range = new VersionRange(low, high);
        }
        else if (TryNumber(text, out int only))
        {
            range = new VersionRange(only, only);
        }

        return !range.IsEmpty;
    }

    private static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length is > 0 and < 5 && text.All(c => c is >= '0' and <= '9') && int.TryParse(text, out number);
    }
}
