using System.Globalization;
using System.Text;
using Compat.Log.Storage;

namespace Compat.Log.Checkpoints;

/// <summary>
/// The text form of Kafka's checkpoints: a line with version 0, a line with the number of entries, and a line an entry
/// with its fields apart by blanks. A file is replaced as a whole.
/// </summary>
internal static class CheckpointFile
{
    private const string Version = "0";

    /// <summary>Writes the entries in place of what the file held.</summary>
    public static void Write<T>(IStorage storage, string path, IReadOnlyCollection<T> entries, Func<T, string> format, bool flush) =>
        storage.ReplaceAllText(path, Text(entries, format), flush);

    /// <summary>The text of a checkpoint.</summary>
    public static string Text<T>(IReadOnlyCollection<T> entries, Func<T, string> format)
    {
        StringBuilder text = new();
        text.Append(Version).Append('\n').Append(CultureInfo.InvariantCulture, $"{entries.Count}").Append('\n');
        foreach (T entry in entries)
        {
            text.Append(format(entry)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>
    /// Reads the entries; null when there is no file, or one that is not a whole checkpoint of this version. An empty
    /// file has no entries.
    /// </summary>
    public static List<T>? Read<T>(IStorage storage, string path, Func<string[], T?> parse)
        where T : struct
    {
        string? text = storage.ReadAllText(path);
        return text is null ? null : Parse(text, parse);
    }

    private static List<T>? Parse<T>(string text, Func<string[], T?> parse)
        where T : struct
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length < 2)
        {
            return lines.Length == 0 || lines[0] == Version ? [] : null;
        }

        if (lines[0] != Version || !int.TryParse(lines[1], CultureInfo.InvariantCulture, out int count) || count != lines.Length - 2)
        {
            return null;
        }

        List<T> entries = new(count);
        foreach (string line in lines.AsSpan(2))
        {
            if (parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is not { } entry)
            {
                return null;
            }

            entries.Add(entry);
        }

        return entries;
    }
}
