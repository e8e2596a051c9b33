using System.Net;
using Compat.Replication.Metadata;
using Compat.Server.Configuration.Listeners;
using Compat.Server.Handlers;

namespace Compat.Server.Cluster;

/// <summary>Where a client is told that a broker is.</summary>
/// <param name="Host">Name or address, without brackets.</param>
/// <param name="Port">The port.</param>
internal readonly record struct BrokerAddress(string Host, int Port);

/// <summary>
/// Tells each client where brokers are, under the name of the listener it came by. Of this broker a client is told what
/// <c>advertised.listeners</c> says, and what that leaves open it is told as it dialled it: what worked once works again.
/// </summary>
internal sealed class BrokerAddresses
{
    private readonly int _nodeId;
    private readonly IReadOnlyDictionary<string, ListenerEndpoint> _advertised;

    public BrokerAddresses(int nodeId, IReadOnlyDictionary<string, ListenerEndpoint> advertised)
    {
        _nodeId = nodeId;
        _advertised = advertised;
    }

    /// <summary>The address of a broker for a client, or null if the broker has no listener of that name.</summary>
    public BrokerAddress? Of(BrokerRegistration broker, ConnectionInfo connection)
    {
        if (broker.Id == _nodeId)
        {
            return Own(connection);
        }

        return broker.Endpoint(connection.ListenerName) is { } endpoint ? new BrokerAddress(endpoint.Host, endpoint.Port) : null;
    }

    /// <summary>The address of this broker for a client.</summary>
    public BrokerAddress Own(ConnectionInfo connection) =>
        _advertised.TryGetValue(connection.ListenerName, out ListenerEndpoint? endpoint)
            ? new BrokerAddress(endpoint.Host ?? Dialled(connection), endpoint.Port)
            : new BrokerAddress(Dialled(connection), connection.LocalEndPoint.Port);

    private static string Dialled(ConnectionInfo connection)
    {
        IPAddress address = connection.LocalEndPoint.Address;

        // A socket for both stacks shows IPv4 addresses as mapped ones, which nobody dials.
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
