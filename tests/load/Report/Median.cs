namespace Compat.Load.Report;

/// <summary>The middle of some figures; the mean of the two middle ones when their number is even.</summary>
internal static class Median
{
    /// <exception cref="ArgumentException">There are no figures.</exception>
    public static double Of(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        if (sorted.Length == 0)
        {
            throw new ArgumentException("no figures", nameof(figures));
        }

        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
