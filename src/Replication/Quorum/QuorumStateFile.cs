using System.Text.Json;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Quorum;

/// <summary>What a node must remember of elections.</summary>
/// <param name="LeaderId">The leader of the epoch, -1 if unknown.</param>
/// <param name="LeaderEpoch">The latest epoch the node has taken part in.</param>
/// <param name="VotedId">Whom it voted for in that epoch, -1 if nobody.</param>
/// <param name="VotedDirectoryId">The directory id of that candidate.</param>
public sealed record QuorumState(int LeaderId, int LeaderEpoch, int VotedId, Uuid VotedDirectoryId)
{
    /// <summary>Before the first election.</summary>
    public static QuorumState Initial { get; } = new(-1, 0, -1, Uuid.Zero);
}

/// <summary>
/// The file <c>quorum-state</c> in the directory of the metadata log: one line of JSON in Kafka's data version 0 or 1.
/// It is replaced whole and flushed before anything that depends on it leaves the node.
/// </summary>
internal sealed class QuorumStateFile
{
    public const string FileName = "quorum-state";
    private const int MaxFileBytes = 64 * 1024;

    private readonly IStorage _storage;
    private readonly string _directory;

    public QuorumStateFile(IStorage storage, string directory)
    {
        _storage = storage;
        _directory = directory;
    }

    private string FilePath => Path.Combine(_directory, FileName);

    /// <summary>Reads the state; <see cref="QuorumState.Initial"/> if there is none.</summary>
    public QuorumState Read()
    {
        if (!_storage.FileExists(FilePath))
        {
            return QuorumState.Initial;
        }
        using IStorageFile file = _storage.Open(FilePath, StorageOpenMode.Existing);
        byte[] bytes = new byte[Math.Min(file.Length, MaxFileBytes)];
        int length = file.Read(bytes, 0);
        try
        {
            return Parse(bytes.AsMemory(0, length));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new MetadataException($"{FilePath} is not readable: {e.Message}", e);
        }
    }

    /// <summary>Replaces the state and returns when it is durable.</summary>
    /// <param name="state">The state.</param>
    /// <param name="voters">The voters; the level of kraft.version decides the data version of the file, and version 0 names them.</param>
    public void Write(QuorumState state, VoterSet voters)
    {
        string temporary = FilePath + ".tmp";
        using (IStorageFile file = _storage.Open(temporary, StorageOpenMode.Truncate))
        {
            file.Write(Format(state, voters), 0);
            file.Flush();
        }
        _storage.Rename(temporary, FilePath);
        _storage.FlushDirectory(_directory);
    }

    private static QuorumState Parse(ReadOnlyMemory<byte> bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement root = document.RootElement;
        int dataVersion = root.GetProperty("data_version").GetInt32();
        if (dataVersion is not (0 or 1))
        {
            throw new FormatException($"data_version {dataVersion} is not known.");
        }
        return new QuorumState(
            root.GetProperty("leaderId").GetInt32(),
            root.GetProperty("leaderEpoch").GetInt32(),
            root.GetProperty("votedId").GetInt32(),
            dataVersion == 1 ? Uuid.Parse(root.GetProperty("votedDirectoryId").GetString()!) : Uuid.Zero);
    }

    private static byte[] Format(QuorumState state, VoterSet voters)
    {
        short kraftVersion = voters.KRaftVersion;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (kraftVersion == 0)
            {
                json.WriteString("clusterId", "");
            }
            json.WriteNumber("leaderId", state.LeaderId);
            json.WriteNumber("leaderEpoch", state.LeaderEpoch);
            json.WriteNumber("votedId", state.VotedId);
            if (kraftVersion == 0)
            {
                json.WriteNumber("appliedOffset", 0);
                json.WriteStartArray("currentVoters");
                foreach (Voter voter in voters.Voters)
                {
                    json.WriteStartObject();
                    json.WriteNumber("voterId", voter.NodeId);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteNumber("data_version", 0);
            }
            else
            {
                json.WriteString("votedDirectoryId", state.VotedDirectoryId.ToString());
                json.WriteNumber("data_version", 1);
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
