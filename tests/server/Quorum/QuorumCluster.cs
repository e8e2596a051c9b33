using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Compat.Log.Storage;
using Compat.Server.Hosting;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;

namespace Compat.Server.Tests.Quorum;

/// <summary>Nodes on real sockets with their files in memory, which survive the nodes.</summary>
internal sealed class QuorumCluster : IAsyncDisposable
{
    private const string ClusterId = "8Zq3nHfVTtOVk3HQq4uYMw";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Dictionary<int, (MemoryStorage Storage, string[] Settings)> _nodes = [];

    // Nodes that start side by side are entered side by side.
    private readonly ConcurrentDictionary<int, Broker> _running = new();
    private readonly string _voters;
    private int _seed;

    public QuorumCluster(int voters)
    {
        int[] ports = FreePorts(voters);
        _voters = string.Join(',', ports.Select((port, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}@localhost:{port}")));
        for (int id = 1; id <= voters; id++)
        {
            Add(id, "process.roles=broker,controller", $"listeners=PLAINTEXT://localhost:0,CONTROLLER://localhost:{ports[id - 1]}");
        }
    }

    public IReadOnlyDictionary<int, Broker> Running => _running;

    public void Add(int id, params string[] settings) => _nodes[id] = (new MemoryStorage(TimeProvider.System),
        [$"node.id={id}", $"cluster.id={ClusterId}", $"controller.quorum.voters={_voters}", .. settings]);

    public void SetRole(int id, string role)
    {
        string[] settings = _nodes[id].Settings;
        string controller = settings.Single(setting => setting.StartsWith("listeners=", StringComparison.Ordinal)).Split(',')[1];
        _nodes[id] = (_nodes[id].Storage, [.. settings, $"process.roles={role}", $"listeners={controller}"]);
    }

    public async Task<Broker> StartAsync(int id)
    {
        (MemoryStorage storage, string[] settings) = _nodes[id];
        var broker = new Broker(BrokerFixture.Options(storage, new LevelLoggers(), settings) with { CreateRandom = () => new Random(Interlocked.Increment(ref _seed)) });
        await broker.StartAsync();
        _running[id] = broker;
        return broker;
    }

    public Task StartAllAsync() => Task.WhenAll(_nodes.Keys.Select(StartAsync));

    public async Task StopAsync(int id)
    {
        _running.TryRemove(id, out Broker? broker);
        await broker!.DisposeAsync();
    }

    /// <summary>Waits until the nodes that run agree on a leader among them.</summary>
    public async Task<int> LeaderAsync()
    {
        await EventuallyAsync(
            () => _running.Values.Select(broker => broker.Parts.Quorum.Leader).Distinct().ToArray() is [{ HasLeader: true } leader] && _running.ContainsKey(leader.LeaderId),
            () => "one leader: " + string.Join(' ', _running.Values.Select(broker => broker.Parts.Quorum.Leader)));
        return _running.Values.First().Parts.Quorum.Leader.LeaderId;
    }

    public static async Task EventuallyAsync(Func<bool> condition, Func<string> what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, $"Waited in vain: {what()}");
            await timer.WaitForNextTickAsync();
        }
    }

    public async Task<SocketClient> ConnectAsync(int id)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, _running[id].Listeners[0].Port);
        return new SocketClient(client);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Broker broker in _running.Values)
        {
            await broker.DisposeAsync();
        }
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(listeners, listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        Array.ForEach(listeners, listener => listener.Stop());
        return ports;
    }
}
