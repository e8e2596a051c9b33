using System.Net;

namespace Compat.Server.Handlers;

/// <summary>What a handler may know of the connection that a request came over.</summary>
public sealed class ConnectionInfo
{
    /// <summary>The software name and version of a client that has not told them.</summary>
    public const string UnknownSoftware = "unknown";

    /// <summary>Describes a connection that was accepted at <paramref name="localEndPoint"/>.</summary>
    public ConnectionInfo(long id, string listenerName, IPEndPoint localEndPoint, IPEndPoint remoteEndPoint)
    {
        Id = id;
        ListenerName = listenerName;
        LocalEndPoint = localEndPoint;
        RemoteEndPoint = remoteEndPoint;
    }

    /// <summary>A number that no other connection of this broker had or will have.</summary>
    public long Id { get; }

    /// <summary>The name of the listener, such as PLAINTEXT.</summary>
    public string ListenerName { get; }

    /// <summary>The address and port that the client dialled.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>The address and port that the client came from.</summary>
    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>The name of the client library from its ApiVersions request, v3 and later (KIP-511).</summary>
    public string SoftwareName { get; internal set; } = UnknownSoftware;

    /// <summary>The version of the client library from its ApiVersions request, v3 and later (KIP-511).</summary>
    public string SoftwareVersion { get; internal set; } = UnknownSoftware;
}
