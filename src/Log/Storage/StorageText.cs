using System.Text;

namespace Compat.Log.Storage;

/// <summary>Whole small files: checkpoints, properties, snapshots.</summary>
public static class StorageText
{
    /// <summary>No file read as a whole is larger; a larger one is not one of ours.</summary>
    public const int MaxWholeFileBytes = 1 << 28;

    private const string TemporarySuffix = ".tmp";

    /// <summary>All bytes of a file, or null when it does not exist.</summary>
    /// <exception cref="IOException">The file is larger than <see cref="MaxWholeFileBytes"/> or cannot be read.</exception>
    public static byte[]? ReadAllBytes(this IStorage storage, string path)
    {
        IStorageFile file;
        try
        {
            file = storage.Open(path, StorageOpenMode.Existing);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        using (file)
        {
            long length = file.Length;
            if (length > MaxWholeFileBytes)
            {
                throw new IOException($"{path} has {length} bytes, more than the {MaxWholeFileBytes} that such a file may have.");
            }

            byte[] bytes = new byte[length];
            int read = file.Read(bytes, 0);
            return read == bytes.Length ? bytes : bytes[..read];
        }
    }

    /// <summary>The UTF-8 text of a file, or null when it does not exist.</summary>
    public static string? ReadAllText(this IStorage storage, string path)
    {
        byte[]? bytes = storage.ReadAllBytes(path);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Writes a file in place; for what is written once, or may be lost with the power.</summary>
    public static void WriteAllBytes(this IStorage storage, string path, ReadOnlySpan<byte> bytes, bool flush)
    {
        using IStorageFile file = storage.Open(path, StorageOpenMode.Truncate);
        file.Write(bytes, 0);
        if (flush)
        {
            file.Flush();
        }
    }

    /// <summary>
    /// Replaces a file so that a reader sees the old or the new content and never a part: a neighbour with the suffix
    /// <c>.tmp</c> is written, then renamed. With <paramref name="flush"/> the same holds across a loss of power.
    /// </summary>
    public static void ReplaceAllBytes(this IStorage storage, string path, ReadOnlySpan<byte> bytes, bool flush)
    {
        storage.WriteReplacement(path, bytes, flush);
        storage.PutReplacementInPlace(path);
        if (flush)
        {
            storage.FlushDirectory(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>
    /// The first half of <see cref="ReplaceAllBytes"/>. Whoever flushes many files at once does that before
    /// <see cref="PutReplacementInPlace"/>: a loss of power may keep the rename and lose what was written.
    /// </summary>
    public static void WriteReplacement(this IStorage storage, string path, ReadOnlySpan<byte> bytes, bool flush) =>
        storage.WriteAllBytes(path + TemporarySuffix, bytes, flush);

    /// <summary>The second half: the replacement takes the file's place.</summary>
    public static void PutReplacementInPlace(this IStorage storage, string path) => storage.Rename(path + TemporarySuffix, path);

    /// <summary><see cref="ReplaceAllBytes"/> for UTF-8 text.</summary>
    public static void ReplaceAllText(this IStorage storage, string path, string text, bool flush) =>
        storage.ReplaceAllBytes(path, Encoding.UTF8.GetBytes(text), flush);
}
