using System.Net;

namespace Compat.Server.Transport;

/// <summary>Where channels come from: a bound socket, or a test.</summary>
internal interface IChannelListener : IDisposable
{
    /// <summary>The bound address, with the port that was really taken when 0 was asked for.</summary>
    IPEndPoint EndPoint { get; }

    /// <summary>The next channel, or null once the listener is closed.</summary>
    ValueTask<IByteChannel?> AcceptAsync();
}
