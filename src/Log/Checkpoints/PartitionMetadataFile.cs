using System.Text;
using Compat.Log.Storage;
using Compat.Wire;

namespace Compat.Log.Checkpoints;

/// <summary>The file <c>partition.metadata</c>: which topic a directory belongs to, so that a topic of the same name made later does not get its records.</summary>
internal static class PartitionMetadataFile
{
    public const string FileName = "partition.metadata";

    private const string VersionKey = "version";
    private const string TopicIdKey = "topic_id";

    /// <summary>
    /// Writes the file for a new log, in place: there is nothing older to be kept, and one that a crash has left without
    /// the id is written again.
    /// </summary>
    public static void Write(IStorage storage, string path, Uuid topicId) =>
        storage.WriteAllBytes(path, Encoding.UTF8.GetBytes($"{VersionKey}: 0\n{TopicIdKey}: {topicId}"), flush: false);

    /// <summary>Makes the file durable, if there is one.</summary>
    public static void Flush(IStorage storage, string path)
    {
        if (storage.FileExists(path))
        {
            using IStorageFile file = storage.Open(path, StorageOpenMode.Existing);
            file.Flush();
        }
    }

    /// <summary>The topic's id, or zero when there is no file or it does not say one.</summary>
    public static Uuid Read(IStorage storage, string path)
    {
        foreach (string line in (storage.ReadAllText(path) ?? "").Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[..colon].Trim() == TopicIdKey && Uuid.TryParse(line[(colon + 1)..].Trim(), out Uuid topicId))
            {
                return topicId;
            }
        }

        return Uuid.Zero;
    }
}
