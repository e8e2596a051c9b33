using System.Net;
using System.Net.Sockets;
using Compat.Replication.Metadata;
using Compat.Server.Configuration.Listeners;
using Compat.Server.Handlers;

namespace Compat.Server.Hosting;

/// <summary>
/// What clients are told of where to reach this broker: what advertised.listeners says, or else the address that they
/// dialled. So a broker without that setting works from this machine, from a container's network and through a mapped
/// address alike.
/// </summary>
internal sealed class AdvertisedAddresses
{
    private const string Localhost = "localhost";

    private readonly IReadOnlyDictionary<string, ListenerEndpoint> _advertised;
    private readonly IReadOnlyDictionary<string, ListenerEndpoint> _bound;

    public AdvertisedAddresses(IReadOnlyDictionary<string, ListenerEndpoint> advertised, IEnumerable<ListenerEndpoint> bound)
    {
        _advertised = advertised;
        _bound = bound.ToDictionary(endpoint => endpoint.Name);
    }

    /// <summary>The host and port that the client of a connection is told.</summary>
    public (string Host, int Port) For(ConnectionInfo connection)
    {
        IPEndPoint dialled = connection.LocalEndPoint;
        return _advertised.TryGetValue(connection.ListenerName, out ListenerEndpoint? advertised)
            ? (advertised.Host ?? HostOf(dialled.Address), advertised.Port == 0 ? dialled.Port : advertised.Port)
            : (HostOf(dialled.Address), dialled.Port);
    }

    /// <summary>The host and port of a listener that the cluster's metadata says, for those who dialled nothing.</summary>
    public (string Host, int Port) For(string listenerName)
    {
        ListenerEndpoint bound = _bound[listenerName];
        _advertised.TryGetValue(listenerName, out ListenerEndpoint? advertised);
        int port = advertised is null or { Port: 0 } ? bound.Port : advertised.Port;
        return (advertised?.Host ?? bound.Host ?? Localhost, port);
    }

    /// <summary>Where brokers and other controllers reach a controller.</summary>
    public static BrokerEndpoint OfController(BoundListener listener) =>
        new(listener.Endpoint.Name, listener.Endpoint.Host ?? Localhost, listener.Endpoint.Port, (short)listener.Endpoint.Protocol);

    private static string HostOf(IPAddress address)
    {
        // Clients that put host and port together with a colon cannot read an address that has colons itself.
        bool isPlainLoopback = address.AddressFamily == AddressFamily.InterNetworkV6 && IPAddress.IsLoopback(address);
        return isPlainLoopback ? Localhost : address.ToString();
    }
}
