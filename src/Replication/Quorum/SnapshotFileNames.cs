using System.Globalization;

namespace Compat.Replication.Quorum;

/// <summary>Names of snapshot files: <c>offset-epoch.checkpoint</c>, in decimal with 20 and 10 digits.</summary>
internal static class SnapshotFileNames
{
    public const string Suffix = ".checkpoint";

    /// <summary>While it is written; what a crash leaves of it is deleted at the next start.</summary>
    public const string PartialSuffix = ".checkpoint.part";

    /// <summary>Marked for deletion by Kafka, which deletes it later.</summary>
    public const string DeletedSuffix = ".checkpoint.deleted";

    private const int OffsetDigits = 20;
    private const int EpochDigits = 10;

    public static string Name(OffsetAndEpoch id) => id + Suffix;

    public static string PartialName(OffsetAndEpoch id) => id + "-0" + PartialSuffix;

    /// <summary>While it is fetched from the leader.</summary>
    public static string FetchedName(OffsetAndEpoch id) => id + "-1" + PartialSuffix;

    /// <summary>True if the name is that of a whole snapshot.</summary>
    public static bool TryParse(string name, out OffsetAndEpoch id)
    {
        id = default;
        if (!name.EndsWith(Suffix, StringComparison.Ordinal)
            || name.Length != OffsetDigits + 1 + EpochDigits + Suffix.Length
            || name[OffsetDigits] != '-'
            || !long.TryParse(name.AsSpan(0, OffsetDigits), NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
            || !int.TryParse(
                name.AsSpan(OffsetDigits + 1, EpochDigits), NumberStyles.None, CultureInfo.InvariantCulture, out int epoch))
        {
            return false;
        }
        id = new OffsetAndEpoch(offset, epoch);
        return true;
    }

    /// <summary>True for what is left of unfinished or deleted snapshots.</summary>
    public static bool IsLeftover(string name) =>
        name.EndsWith(PartialSuffix, StringComparison.Ordinal) || name.EndsWith(DeletedSuffix, StringComparison.Ordinal);
}
