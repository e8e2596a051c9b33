using System.Globalization;
using Compat.Log.Storage;
using Compat.Wire;

namespace Compat.Log.Checkpoints;

/// <summary>An offset for each partition of a log directory, in Kafka's text form: a line <c>topic partition offset</c> each.</summary>
internal static class OffsetCheckpointFile
{
    /// <summary>Below these offsets logs are known to be on the device.</summary>
    public const string RecoveryPoint = "recovery-point-offset-checkpoint";

    /// <summary>Where logs start, of those that start within their first segment.</summary>
    public const string LogStartOffset = "log-start-offset-checkpoint";

    /// <summary>Below these offsets compaction has seen every key.</summary>
    public const string Cleaner = "cleaner-offset-checkpoint";

    /// <summary>The high watermarks.</summary>
    public const string HighWatermark = "replication-offset-checkpoint";

    /// <summary>Replaces the file.</summary>
    public static void Write(IStorage storage, string path, IReadOnlyCollection<KeyValuePair<TopicPartition, long>> offsets, bool flush) =>
        CheckpointFile.Write(storage, path, offsets, FormatLine, flush);

    /// <summary>Reads the file; null when it is there and damaged, no offsets when it is missing.</summary>
    public static Dictionary<TopicPartition, long>? Read(IStorage storage, string path)
    {
        Dictionary<TopicPartition, long> offsets = [];
        if (!storage.FileExists(path))
        {
            return offsets;
        }

        if (CheckpointFile.Read(storage, path, ParseLine) is not { } entries)
        {
            return null;
        }

        foreach ((TopicPartition partition, long offset) in entries)
        {
            offsets[partition] = offset;
        }

        return offsets;
    }

    private static string FormatLine(KeyValuePair<TopicPartition, long> entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.Key.Topic} {entry.Key.Partition} {entry.Value}");

    private static KeyValuePair<TopicPartition, long>? ParseLine(string[] fields) =>
        fields.Length == 3
        && int.TryParse(fields[1], CultureInfo.InvariantCulture, out int partition)
        && long.TryParse(fields[2], CultureInfo.InvariantCulture, out long offset)
            ? new KeyValuePair<TopicPartition, long>(new TopicPartition(fields[0], partition), offset)
            : null;
}
