using System.Net;

namespace Compat.Server.Transport;

/// <summary>What connections may cost. The names are those of Kafka's settings.</summary>
internal sealed record ConnectionLimits
{
    /// <summary>socket.request.max.bytes: the largest request of an authenticated client.</summary>
    public int MaxRequestBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>sasl.server.max.receive.size: the largest request of a client that is not authenticated yet.</summary>
    public int MaxUnauthenticatedRequestBytes { get; init; } = 512 * 1024;

    /// <summary>max.connections: how many connections the broker has at a time, over all listeners.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>max.connections.per.ip: how many connections one address may have at a time.</summary>
    public int MaxConnectionsPerIp { get; init; } = int.MaxValue;

    /// <summary>max.connections.per.ip.overrides: addresses with a limit of their own.</summary>
    public IReadOnlyDictionary<IPAddress, int> MaxConnectionsPerIpOverrides { get; init; } = new Dictionary<IPAddress, int>();

    /// <summary>listener.name.{name}.max.connections: how many connections a listener may have at a time.</summary>
    public IReadOnlyDictionary<string, int> MaxConnectionsByListener { get; init; } = new Dictionary<string, int>();

    /// <summary>connections.max.idle.ms; null for connections that may idle for ever.</summary>
    public TimeSpan? MaxIdle { get; init; } = TimeSpan.FromMinutes(10);
}
