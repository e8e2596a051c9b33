using System.Net;
using System.Net.Sockets;

namespace Compat.Server.Transport;

/// <summary>Where a broker listens and whom it reaches: the machine's sockets, or a network that a test simulates.</summary>
internal interface INetwork : IDisposable
{
    /// <summary>Connects to other nodes.</summary>
    IChannelDialer Dialer { get; }

    /// <summary>Binds an address and listens there.</summary>
    /// <exception cref="SocketException">The address is taken or not this node's.</exception>
    IChannelListener Bind(IPEndPoint endPoint);
}
