using System.Globalization;
using System.Text.Json;
using Compat.Log.Storage;

namespace Compat.Log.Checkpoints;

/// <summary>
/// The file <c>.kafka_cleanshutdown</c>: it is there when all logs of a directory were closed well, and says in which
/// broker epoch (KIP-966). A start deletes it, so that a crash during the start is not taken for a clean one.
/// </summary>
internal static class CleanShutdownFile
{
    public const string FileName = ".kafka_cleanshutdown";

    /// <summary>Writes the file and makes it durable.</summary>
    public static void Write(IStorage storage, string path, long brokerEpoch, bool flush) => storage.ReplaceAllText(
        path, string.Create(CultureInfo.InvariantCulture, $$"""{"version":0,"brokerEpoch":{{brokerEpoch}}}"""), flush);

    /// <summary>The broker epoch that the file says, or null when it does not say one.</summary>
    public static long? ReadBrokerEpoch(IStorage storage, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(storage.ReadAllBytes(path) ?? []);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("brokerEpoch", out JsonElement epoch) && epoch.TryGetInt64(out long value)
                    ? value
                    : null;
        }
        catch (JsonException)
        {
            // Before KIP-966 the file was empty.
            return null;
        }
    }
}
