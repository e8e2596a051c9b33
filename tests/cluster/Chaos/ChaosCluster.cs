using System.Text.Json;
using Compat.Cluster.Tests.Brokers;
using Compat.Cluster.Tests.Chaos.Links;

namespace Compat.Cluster.Tests.Chaos;

/// <summary>Processes that are one Kafka, on machines that can fail and behind links that can be cut.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private readonly HashSet<int> _away = [];
    private readonly List<StreamWriter> _logs = [];

    /// <summary>Makes a cluster none of whose processes runs yet.</summary>
    public ChaosCluster(int count, string directory, IReadOnlyDictionary<string, string> settings, string? binary, Findings findings)
    {
        int[] ports = FreePorts.Take(2 * count);
        int[] ids = [.. Enumerable.Range(1, count)];
        Dictionary<int, (int Client, int Controller)> listeners = ids.ToDictionary(id => id, id => (ports[(2 * id) - 2], ports[(2 * id) - 1]));
        Dictionary<int, string> advertised = ids.ToDictionary(id => id, id => $"{Network.PutInFrontOf(id, listeners[id].Client)}");
        string voters = string.Join(',', ids.Select(id => $"{id}@{Network.PutInFrontOf(id, listeners[id].Controller)}"));
        Nodes =
        [
            .. ids.Select(id => new ClusterNode(id, advertised[id], "", new Dictionary<string, string>(settings)
            {
                ["cluster.id"] = "ProcessesOfTheChaos_ab",
                ["node.id"] = $"{id}",
                ["process.roles"] = "broker,controller",
                ["controller.quorum.voters"] = voters,
                ["controller.listener.names"] = "CONTROLLER",
                ["listeners"] = $"PLAINTEXT://127.0.0.1:{listeners[id].Client},CONTROLLER://127.0.0.1:{listeners[id].Controller}",
                ["advertised.listeners"] = $"PLAINTEXT://{advertised[id]}",
                ["log.dirs"] = Path.Combine(directory, $"{id}"),
            }, binary)
            {
                Command = binary is null ? FaultyMachine.Command : null,
                OnLine = LogTo(Path.Combine(directory, $"{id}.log"), $"node {id}", findings),
            }),
        ];
        HasFaultyMachines = binary is null;
    }

    public Network Network { get; } = new();

    public IReadOnlyList<ClusterNode> Nodes { get; }

    /// <summary>Whether disks and clocks can be told to fail; the published binary's cannot.</summary>
    public bool HasFaultyMachines { get; }

    /// <summary>Every broker's address.</summary>
    public string Bootstrap => string.Join(',', Nodes.Select(node => node.Bootstrap));

    /// <summary>The nodes that should run and do not.</summary>
    public IEnumerable<ClusterNode> Fallen => Nodes.Where(node => !node.IsRunning && !_away.Contains(node.Id));

    public ClusterNode Node(int id) => Nodes[id - 1];

    /// <summary>The leader of the metadata quorum, as most lately written by any node.</summary>
    public int Controller() => Nodes.Select(QuorumState).MaxBy(state => state.Epoch).Leader is > 0 and int leader ? leader : 1;

    /// <summary>kill -9.</summary>
    public void Kill(int id)
    {
        if (_away.Add(id) && Node(id).IsRunning)
        {
            Node(id).Kill();
        }
    }

    /// <summary>SIGTERM.</summary>
    public async Task StopAsync(int id)
    {
        if (_away.Add(id) && Node(id).IsRunning)
        {
            await Node(id).StopAsync();
        }
    }

    /// <summary>Starts a node that is away, and does not wait.</summary>
    public void Start(int id)
    {
        if (_away.Remove(id) || !Node(id).IsRunning)
        {
            Node(id).Start();
        }
    }

    /// <summary>Starts every node that is away, and waits until all are ready.</summary>
    public async Task StartAllAsync()
    {
        foreach (ClusterNode node in Nodes.Where(node => !node.IsRunning))
        {
            Start(node.Id);
        }

        await Task.WhenAll(Nodes.Select(node => node.ReadyAsync()));
    }

    /// <summary>Notes that a node has ended by itself and had a reason; true if it has.</summary>
    public bool MayHaveEnded(int id) => !Node(id).IsRunning && _away.Add(id);

    /// <summary>Says a line to the machine of a node that runs.</summary>
    public void Tell(int id, string line)
    {
        if (Node(id).IsRunning && HasFaultyMachines)
        {
            Node(id).Tell(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ClusterNode node in Nodes)
        {
            node.Dispose();
        }

        await Network.DisposeAsync();
        _logs.ForEach(log => log.Dispose());
    }

    private Action<string> LogTo(string path, string node, Findings findings)
    {
        StreamWriter log = new(path) { AutoFlush = true };
        TextWriter shared = TextWriter.Synchronized(log);
        _logs.Add(log);
        return line =>
        {
            shared.WriteLine(line);
            if (line.Contains(" ERROR ", StringComparison.Ordinal) || line.Contains(" FATAL ", StringComparison.Ordinal))
            {
                findings.Count($"{node}: an error in its log");
            }
        };
    }

    private static (int Epoch, int Leader) QuorumState(ClusterNode node)
    {
        string path = Path.Combine(node.DataDirectory, "__cluster_metadata-0", "quorum-state");
        try
        {
            using JsonDocument state = JsonDocument.Parse(File.ReadAllText(path));
            return (state.RootElement.GetProperty("leaderEpoch").GetInt32(), state.RootElement.GetProperty("leaderId").GetInt32());
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException)
        {
            return default;
        }
    }
}
