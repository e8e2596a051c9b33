using System.Net;
using System.Net.Sockets;
using Compat.Server.Configuration.Listeners;
using Compat.Server.Transport;

namespace Compat.Server.Hosting;

/// <summary>A listener of the configuration with the sockets that it is bound to.</summary>
/// <param name="Endpoint">What was asked for, with the port that was taken.</param>
/// <param name="Sockets">One socket an address; localhost has two addresses.</param>
internal sealed record BoundListener(ListenerEndpoint Endpoint, IReadOnlyList<IChannelListener> Sockets)
{
    private const int AttemptsForFreePort = 20;

    /// <summary>
    /// Binds every address of a listener. A port of 0 becomes one that is free on all of them.
    /// </summary>
    /// <exception cref="BrokerStartException">The port is in use, or the host is not this machine.</exception>
    public static BoundListener Bind(ListenerEndpoint endpoint, INetwork network)
    {
        IReadOnlyList<IPAddress> addresses = endpoint.BindAddresses ?? Resolve(endpoint);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return BindAll(endpoint, addresses, network);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && endpoint.Port == 0 && attempt < AttemptsForFreePort)
            {
                // The port that was free on the first address is taken on another: try with the next one.
            }
            catch (SocketException e)
            {
                throw new BrokerStartException($"listeners: cannot listen on {endpoint}: {Explain(e, endpoint)}", e);
            }
        }
    }

    private static BoundListener BindAll(ListenerEndpoint endpoint, IReadOnlyList<IPAddress> addresses, INetwork network)
    {
        var sockets = new List<IChannelListener>();
        int port = endpoint.Port;
        try
        {
            foreach (IPAddress address in addresses)
            {
                if (TryBind(new IPEndPoint(address, port), network, isOptional: sockets.Count > 0) is IChannelListener socket)
                {
                    sockets.Add(socket);
                    port = socket.EndPoint.Port;
                }
            }

            return new BoundListener(endpoint with { Port = port }, sockets);
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    private static IChannelListener? TryBind(IPEndPoint endPoint, INetwork network, bool isOptional)
    {
        try
        {
            return network.Bind(endPoint);
        }
        catch (SocketException e) when (isOptional && e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            // A machine without IPv6 still has a localhost.
            return null;
        }
    }

    private static IPAddress[] Resolve(ListenerEndpoint endpoint)
    {
        try
        {
            return Dns.GetHostAddresses(endpoint.Host!);
        }
        catch (SocketException e)
        {
            throw new BrokerStartException($"listeners: the host of {endpoint} is not known: {e.Message}", e);
        }
    }

    private static string Explain(SocketException e, ListenerEndpoint endpoint) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"port {endpoint.Port} is in use",
        SocketError.AccessDenied => $"port {endpoint.Port} needs privileges that this process does not have",
        SocketError.AddressNotAvailable => "the address is not one of this machine",
        _ => e.Message,
    };
}
