using System.Net;
using System.Net.Sockets;

namespace Compat.Cluster.Tests.Brokers;

/// <summary>
/// Ports of the loopback interface that nobody listens on. They are below those that the system gives to outgoing connections: such a
/// connection could take the port of a broker that is away, or connect to itself.
/// </summary>
internal static class FreePorts
{
    private const int Lowest = 12_000;
    private const int Highest = 32_000;

    /// <summary>Some different ports.</summary>
    public static int[] Take(int count)
    {
        List<TcpListener> taken = [];
        try
        {
            while (taken.Count < count)
            {
                if (TryListen(Random.Shared.Next(Lowest, Highest)) is { } listener)
                {
                    taken.Add(listener);
                }
            }

            return [.. taken.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            taken.ForEach(listener => listener.Dispose());
        }
    }

    private static TcpListener? TryListen(int port)
    {
        TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
