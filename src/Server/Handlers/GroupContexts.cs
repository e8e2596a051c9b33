using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Compat.Coordination.Groups;

namespace Compat.Server.Handlers;

/// <summary>What a request's context is to the group coordinator.</summary>
internal static class GroupContexts
{
    private const int Groups = 8;

    /// <summary>The coordinator's view of a request.</summary>
    public static GroupRequestContext ForGroups(this RequestContext context) =>
        new(context.ApiVersion, context.ClientId ?? "", "/" + Print(context.Connection.RemoteEndPoint.Address));

    /// <summary>An address as java.net.InetAddress prints it, which is what tools show as a member's host: IPv6 without abbreviation.</summary>
    internal static string Print(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        byte[] bytes = address.GetAddressBytes();
        return string.Join(':', Enumerable.Range(0, Groups).Select(
            group => ((bytes[2 * group] << 8) | bytes[(2 * group) + 1]).ToString("x", CultureInfo.InvariantCulture)));
    }
}
