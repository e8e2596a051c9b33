using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Compat.Server.Configuration.Listeners;

/// <summary>A listener, or the address that one advertises.</summary>
/// <param name="Name">Its name in upper case.</param>
/// <param name="Protocol">How it protects connections.</param>
/// <param name="Host">Host name or address without brackets; null for every address of the machine.</param>
/// <param name="Port">0 to 65535; 0 takes a free one.</param>
public sealed record ListenerEndpoint(string Name, SecurityProtocol Protocol, string? Host, int Port)
{
    /// <summary>
    /// The addresses to listen on when they can be told without asking a name server: one that stands for all of them (on both stacks), both
    /// loopback addresses for <c>localhost</c>, or the address that the host is. Null when the host is a name to be resolved.
    /// </summary>
    public IReadOnlyList<IPAddress>? BindAddresses => Host switch
    {
        null => [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any],
        _ when Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        _ => IPAddress.TryParse(Host, out IPAddress? address) ? [address] : null,
    };

    /// <summary>The endpoint as <c>listeners</c> writes it.</summary>
    public override string ToString()
    {
        string host = Host is not null && Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host ?? string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{Name}://{host}:{Port}");
    }
}
