using System.Globalization;
using Compat.Wire;

namespace Compat.Log;

/// <summary>What the directory of a partition is for.</summary>
public enum LogDirectoryKind
{
    /// <summary>The log of a partition.</summary>
    Current,

    /// <summary>A log that has been deleted; its files go after a delay, or at the next start.</summary>
    Deleted,

    /// <summary>A log on its way to another log directory.</summary>
    Future,

    /// <summary>A log that no topic claims; it is kept, and for an administrator to delete.</summary>
    Stray,
}

/// <summary>The names of the directories of partitions, as Kafka gives them: <c>topic-0</c>, <c>topic-0.unique-delete</c>.</summary>
public static class LogDirectoryName
{
    private const string DeleteSuffix = "-delete";
    private const string FutureSuffix = "-future";
    private const string StraySuffix = "-stray";

    /// <summary>The longest name that file systems take.</summary>
    private const int MaxLength = 255;

    /// <summary>The directory of a partition's log.</summary>
    public static string Of(TopicPartition partition) => partition.ToString();

    /// <summary>The name a directory gets that is out of use. A long topic name is cut, for it is only for the reader.</summary>
    /// <param name="partition">Whose it was.</param>
    /// <param name="uniqueName">What tells it from others of the same partition.</param>
    /// <param name="kind">Why it is out of use: deleted or stray.</param>
    public static string Aside(TopicPartition partition, string uniqueName, LogDirectoryKind kind)
    {
        string suffix = kind == LogDirectoryKind.Stray ? StraySuffix : DeleteSuffix;
        string end = string.Create(CultureInfo.InvariantCulture, $"-{partition.Partition}.{uniqueName}{suffix}");
        return partition.Topic[..Math.Min(partition.Topic.Length, MaxLength - end.Length)] + end;
    }

    /// <summary>Reads a directory's name; false when it is none of a partition.</summary>
    public static bool TryParse(string name, out TopicPartition partition, out LogDirectoryKind kind)
    {
        kind = KindOf(name);
        string rest = name;
        if (kind != LogDirectoryKind.Current)
        {
            int dot = name.LastIndexOf('.');
            rest = dot < 0 ? "" : name[..dot];
        }

        int dash = rest.LastIndexOf('-');
        partition = default;
        if (dash <= 0 || !int.TryParse(rest.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            return false;
        }

        partition = new TopicPartition(rest[..dash], index);
        return true;
    }

    private static LogDirectoryKind KindOf(string name)
    {
        if (name.EndsWith(DeleteSuffix, StringComparison.Ordinal))
        {
            return LogDirectoryKind.Deleted;
        }

        if (name.EndsWith(FutureSuffix, StringComparison.Ordinal))
        {
            return LogDirectoryKind.Future;
        }

        return name.EndsWith(StraySuffix, StringComparison.Ordinal) ? LogDirectoryKind.Stray : LogDirectoryKind.Current;
    }
}
