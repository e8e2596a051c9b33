using System.Collections.Concurrent;
using System.Net;

namespace Compat.Server.Transport;

/// <summary>
/// All open connections of a broker: the place where they are counted against the limits and swept when idle.
/// </summary>
internal sealed class ConnectionTable
{
    private readonly ConcurrentDictionary<long, Connection> _connections = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly Dictionary<string, int> _perListener = [];
    private readonly Lock _lock = new();
    private long _lastId;
    private int _count;

    public ConnectionTable(ConnectionLimits limits) => Limits = limits;

    /// <summary>The limits; new ones hold for connections to come.</summary>
    public ConnectionLimits Limits { get; set => Volatile.Write(ref field, value); }

    /// <summary>How many connections are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many connections were accepted since the start.</summary>
    public long AcceptedCount => Interlocked.Read(ref _lastId);

    /// <summary>How many connections were refused because of a limit since the start.</summary>
    public long RefusedCount { get; private set; }

    /// <summary>The open connections, as far as an enumeration beside their coming and going can tell.</summary>
    public IEnumerable<Connection> Connections => _connections.Select(pair => pair.Value);

    /// <summary>A number for the next connection.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>
    /// Counts a connection in, or tells the setting and the limit that it would pass. One counted in must
    /// <see cref="Leave"/>.
    /// </summary>
    public (string Setting, int Limit)? TryEnter(string listenerName, IPAddress address)
    {
        lock (_lock)
        {
            if (PassedLimit(listenerName, address) is { } limit)
            {
                RefusedCount++;
                return limit;
            }

            _count++;
            _perAddress[address] = _perAddress.GetValueOrDefault(address) + 1;
            _perListener[listenerName] = _perListener.GetValueOrDefault(listenerName) + 1;
            return null;
        }
    }

    /// <summary>Makes a connection that was counted in findable.</summary>
    public void Add(Connection connection) => _connections[connection.Info.Id] = connection;

    /// <summary>Counts a connection out.</summary>
    public void Leave(long id, string listenerName, IPAddress address)
    {
        _connections.TryRemove(id, out _);
        lock (_lock)
        {
            _count--;
            _perListener[listenerName]--;
            if (--_perAddress[address] == 0)
            {
                _perAddress.Remove(address);
            }
        }
    }

    private (string Setting, int Limit)? PassedLimit(string listenerName, IPAddress address)
    {
        ConnectionLimits limits = Limits;
        if (_count >= limits.MaxConnections)
        {
            return ("max.connections", limits.MaxConnections);
        }

        if (limits.MaxConnectionsByListener.TryGetValue(listenerName, out int ofListener) && _perListener.GetValueOrDefault(listenerName) >= ofListener)
        {
            return ($"listener.name.{listenerName.ToLowerInvariant()}.max.connections", ofListener);
        }

        int ofAddress = limits.MaxConnectionsPerIpOverrides.GetValueOrDefault(address, limits.MaxConnectionsPerIp);
        return _perAddress.GetValueOrDefault(address) >= ofAddress ? ("max.connections.per.ip", ofAddress) : null;
    }
}
