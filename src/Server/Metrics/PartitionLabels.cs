using System.Globalization;

namespace Compat.Server.Metrics;

/// <summary>The numbers of partitions as label values, most of them made once.</summary>
internal static class PartitionLabels
{
    private const int Kept = 256;

    private static readonly string[] Labels = [.. Enumerable.Range(0, Kept).Select(Make)];

    /// <summary>The label of a partition.</summary>
    public static string Of(int partition) => partition < Kept ? Labels[partition] : Make(partition);

    private static string Make(int partition) => partition.ToString(CultureInfo.InvariantCulture);
}
