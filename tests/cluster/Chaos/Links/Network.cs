using System.Collections.Concurrent;
using System.Net;

namespace Compat.Cluster.Tests.Chaos.Links;

/// <summary>
/// The links between the parties of a cluster, each direction by itself: the nodes by their ids, and all clients as <see cref="Clients"/>.
/// Every listener of a node is behind a proxy in this process, and the node's advertised address is the proxy's. Who dials is told by the
/// client id of the first request, which for a node is its id; so one address a listener is enough to cut any link in either direction,
/// without privileges, and a namespace of the kernel would add nothing but those.
/// </summary>
internal sealed class Network : IAsyncDisposable
{
    /// <summary>The party that all clients are.</summary>
    public const int Clients = 0;

    private readonly ConcurrentDictionary<(int From, int To), LinkQuality> _links = new();
    private readonly ConcurrentDictionary<ProxyConnection, byte> _connections = new();
    private readonly List<Proxy> _proxies = [];

    /// <summary>The connections that are open.</summary>
    public IEnumerable<ProxyConnection> Connections => _connections.Keys;

    /// <summary>Puts a proxy in front of a listener of a node and returns where it listens.</summary>
    public IPEndPoint PutInFrontOf(int node, int listenerPort)
    {
        Proxy proxy = new(this, node, listenerPort);
        _proxies.Add(proxy);
        return proxy.EndPoint;
    }

    /// <summary>What a link is like now.</summary>
    public LinkQuality Quality(int from, int to) => _links.GetValueOrDefault((from, to));

    /// <summary>Changes a link in one direction.</summary>
    public void Set(int from, int to, LinkQuality quality) => _links[(from, to)] = quality;

    /// <summary>Makes all links good.</summary>
    public void Heal() => _links.Clear();

    /// <summary>Breaks connections, for both their ends at once.</summary>
    public void Break(Func<ProxyConnection, bool> which)
    {
        foreach (ProxyConnection connection in _connections.Keys.Where(which))
        {
            connection.Break();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Proxy proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        Break(_ => true);
    }

    internal async Task ServeAsync(ProxyConnection connection)
    {
        _connections.TryAdd(connection, 0);
        try
        {
            await connection.RunAsync();
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}
