using System.Globalization;
using Compat.Log.Checkpoints;
using Compat.Log.Storage;
using Compat.Wire;

namespace Compat.Log;

/// <summary>The file <c>meta.properties</c> of a log directory: which cluster and node it belongs to, and its own id (KIP-858).</summary>
/// <param name="ClusterId">The cluster's id; null only in files of version 0.</param>
/// <param name="NodeId">The node's id; null only in files of version 0.</param>
/// <param name="DirectoryId">The directory's id; zero when the file does not say one.</param>
public sealed record MetaProperties(string? ClusterId, int? NodeId, Uuid DirectoryId)
{
    /// <summary>The name of the file in each log directory.</summary>
    public const string FileName = "meta.properties";

    private const string VersionKey = "version";
    private const string ClusterIdKey = "cluster.id";
    private const string NodeIdKey = "node.id";
    private const string BrokerIdKey = "broker.id";
    private const string DirectoryIdKey = "directory.id";
    private const string CurrentVersion = "1";

    /// <summary>Reads the file of a log directory; null when there is none.</summary>
    /// <exception cref="LogDirectoryException">The file is there and says nothing usable.</exception>
    /// <exception cref="IOException">The device fails.</exception>
    public static MetaProperties? Read(IStorage storage, string logDirectory)
    {
        string path = Path.Combine(logDirectory, FileName);
        if (storage.ReadAllText(path) is not { } text)
        {
            return null;
        }

        Dictionary<string, string> properties = JavaProperties.Parse(text);
        if (!properties.TryGetValue(VersionKey, out string? version))
        {
            throw new LogDirectoryException($"{path} does not say its version; it is damaged or not of a broker.");
        }

        if (version is not ("0" or CurrentVersion))
        {
            throw new LogDirectoryException($"{path} has version {version}, which is not known.");
        }

        MetaProperties read = new(
            properties.GetValueOrDefault(ClusterIdKey),
            ReadNodeId(path, properties, version == CurrentVersion ? NodeIdKey : BrokerIdKey),
            ReadDirectoryId(path, properties));
        return version == CurrentVersion && (read.ClusterId is null || read.NodeId is null)
            ? throw new LogDirectoryException($"{path} lacks {(read.ClusterId is null ? ClusterIdKey : NodeIdKey)}.")
            : read;
    }

    /// <summary>Writes the file of a log directory, version 1, and makes it durable.</summary>
    /// <exception cref="IOException">The device fails.</exception>
    public void Write(IStorage storage, string logDirectory, TimeProvider time, bool flush = true)
    {
        // java.util.Properties puts the date into a comment; people look at it.
        string date = time.GetUtcNow().ToString("ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture);
        string text = JavaProperties.Format(
        [
            new(NodeIdKey, NodeId!.Value.ToString(CultureInfo.InvariantCulture)),
            new(DirectoryIdKey, DirectoryId.ToString()),
            new(VersionKey, CurrentVersion),
            new(ClusterIdKey, ClusterId!),
        ]);
        storage.ReplaceAllText(Path.Combine(logDirectory, FileName), $"#\n#{date}\n{text}", flush);
    }

    private static int? ReadNodeId(string path, Dictionary<string, string> properties, string key)
    {
        if (!properties.TryGetValue(key, out string? text))
        {
            return null;
        }

        return int.TryParse(text, CultureInfo.InvariantCulture, out int nodeId)
            ? nodeId
            : throw new LogDirectoryException($"{path} has the {key} '{text}', which is no number.");
    }

    private static Uuid ReadDirectoryId(string path, Dictionary<string, string> properties)
    {
        if (!properties.TryGetValue(DirectoryIdKey, out string? text))
        {
            return Uuid.Zero;
        }

        return Uuid.TryParse(text, out Uuid id)
            ? id
            : throw new LogDirectoryException($"{path} has the {DirectoryIdKey} '{text}', which is no id.");
    }
}
