using System.Globalization;

namespace Compat.Log.Segments;

/// <summary>The names of the files in a partition's directory, as Kafka gives them.</summary>
public static class LogFileNames
{
    /// <summary>The records of a segment.</summary>
    public const string LogSuffix = ".log";

    /// <summary>The offset index of a segment.</summary>
    public const string OffsetIndexSuffix = ".index";

    /// <summary>The time index of a segment.</summary>
    public const string TimeIndexSuffix = ".timeindex";

    /// <summary>The aborted transactions of a segment.</summary>
    public const string TransactionIndexSuffix = ".txnindex";

    /// <summary>The state of the producers at an offset.</summary>
    public const string ProducerSnapshotSuffix = ".snapshot";

    /// <summary>Records that a start could not keep in the log and would not delete; read by nobody.</summary>
    public const string DamagedSuffix = ".damaged";

    /// <summary>A file that is to be deleted after a delay; one that a start finds is deleted then.</summary>
    public const string DeletedSuffix = ".deleted";

    /// <summary>A segment that compaction is still writing; one that a start finds is worthless.</summary>
    public const string CleanedSuffix = ".cleaned";

    /// <summary>A whole segment that is about to replace others; a start finishes the replacement.</summary>
    public const string SwapSuffix = ".swap";

    /// <summary>The suffixes of all files that belong to a segment.</summary>
    internal static readonly string[] SegmentSuffixes = [LogSuffix, OffsetIndexSuffix, TimeIndexSuffix, TransactionIndexSuffix];

    private const int OffsetDigits = 20;

    /// <summary>The 20 digits that a file name begins with.</summary>
    /// <param name="offset">The first offset a segment may hold, or the offset a snapshot was taken at.</param>
    public static string Prefix(long offset) => offset.ToString("D20", CultureInfo.InvariantCulture);

    /// <summary>The name of a segment file or snapshot.</summary>
    /// <param name="offset">Its offset.</param>
    /// <param name="suffix">One of the suffixes here, or two of them joined.</param>
    public static string Name(long offset, string suffix) => Prefix(offset) + suffix;

    /// <summary>Reads the offset that a file name begins with; false when it does not begin with one and a dot.</summary>
    public static bool TryParseOffset(ReadOnlySpan<char> name, out long offset)
    {
        offset = 0;
        int dot = name.IndexOf('.');
        return dot is > 0 and <= OffsetDigits
            && long.TryParse(name[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out offset);
    }
}
