using Compat.Clients.Tests.Support;

namespace Compat.Cluster.Tests.Brokers;

/// <summary>
/// One Kafka of several processes on the loopback interface, each with a directory of its own: combined brokers and controllers with
/// static voters, unless the nodes say otherwise. Every process is ended by its id.
/// </summary>
internal sealed class ProcessCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;

    private ProcessCluster(TemporaryDirectory directory, IReadOnlyList<ClusterNode> nodes)
    {
        _directory = directory;
        Nodes = nodes;
    }

    /// <summary>The nodes in the order of their ids, which begin with 1.</summary>
    public IReadOnlyList<ClusterNode> Nodes { get; }

    /// <summary>Every broker's address, for a client that has to find the cluster whoever is away.</summary>
    public string Bootstrap => string.Join(',', Nodes.Select(node => node.Bootstrap));

    /// <summary>What all processes have said, for the message of a failing test.</summary>
    public string Output => string.Join("\n\n", Nodes.Select(node => $"node {node.Id}:\n{node.Output}"));

    /// <summary>A cluster none of whose processes runs yet.</summary>
    /// <param name="count">How many nodes.</param>
    /// <param name="settings">Settings of every node beyond those that make it a cluster.</param>
    /// <param name="binary">The native binary, or null for what the build made.</param>
    /// <param name="settingsOf">Settings of one node, by its id; they win.</param>
    /// <param name="hasOwnController">Whether the last node is the only controller and no broker, so that it outlives any number of brokers.</param>
    public static ProcessCluster Create(
        int count = 3,
        IReadOnlyDictionary<string, string>? settings = null,
        string? binary = null,
        Func<int, IReadOnlyDictionary<string, string>>? settingsOf = null,
        bool hasOwnController = false)
    {
        int[] ports = FreePorts.Take(2 * count);
        string voters = string.Join(',', Enumerable.Range(1, count).Where(IsController).Select(id => $"{id}@127.0.0.1:{ports[(2 * id) - 1]}"));
        TemporaryDirectory directory = new();
        return new ProcessCluster(directory,
        [
            .. Enumerable.Range(1, count).Select(id =>
            {
                Dictionary<string, string> own = new()
                {
                    ["cluster.id"] = "ProcessesOfTheTests_ab",
                    ["node.id"] = $"{id}",
                    ["process.roles"] = string.Join(',', Roles(id)),
                    ["controller.quorum.voters"] = voters,
                    ["controller.listener.names"] = "CONTROLLER",
                    ["listeners"] = string.Join(',', Roles(id).Select(role => role == "broker"
                        ? $"PLAINTEXT://127.0.0.1:{ports[(2 * id) - 2]}" : $"CONTROLLER://127.0.0.1:{ports[(2 * id) - 1]}")),
                    ["log.dirs"] = Path.Combine(directory.Path, $"{id}"),
                };
                foreach ((string name, string value) in (settings ?? new Dictionary<string, string>()).Concat(settingsOf?.Invoke(id) ?? new Dictionary<string, string>()))
                {
                    own[name] = value;
                }

                return new ClusterNode(id, $"127.0.0.1:{ports[(2 * id) - 2]}", $"127.0.0.1:{ports[(2 * id) - 1]}", own, binary);
            }),
        ]);

        bool IsController(int id) => !hasOwnController || id == count;

        string[] Roles(int id) => [.. hasOwnController && id == count ? Array.Empty<string>() : ["broker"], .. IsController(id) ? ["controller"] : Array.Empty<string>()];
    }

    /// <summary>A cluster all of whose nodes are ready.</summary>
    public static async Task<ProcessCluster> StartAsync(
        int count = 3,
        IReadOnlyDictionary<string, string>? settings = null,
        string? binary = null,
        Func<int, IReadOnlyDictionary<string, string>>? settingsOf = null,
        bool hasOwnController = false)
    {
        ProcessCluster cluster = Create(count, settings, binary, settingsOf, hasOwnController);
        try
        {
            await cluster.StartAllAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The node with an id.</summary>
    public ClusterNode Node(int id) => Nodes[id - 1];

    /// <summary>Starts every node that does not run, and waits until all are ready.</summary>
    public async Task StartAllAsync()
    {
        ClusterNode[] away = [.. Nodes.Where(node => !node.IsRunning)];
        foreach (ClusterNode node in away)
        {
            node.Start();
        }

        await Task.WhenAll(away.Select(node => node.ReadyAsync()));
    }

    public ValueTask DisposeAsync()
    {
        foreach (ClusterNode node in Nodes)
        {
            node.Dispose();
        }

        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
