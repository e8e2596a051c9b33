using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Listeners;

/// <summary>Reads lists of <c>name://host:port</c> as Kafka does.</summary>
/// <param name="setting">The setting being read, for messages.</param>
/// <param name="protocols">The security protocol of each listener name in upper case.</param>
internal sealed class ListenerParser(string setting, IReadOnlyDictionary<string, SecurityProtocol> protocols)
{
    /// <summary>The endpoints of a list.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="distinctPorts">Whether two endpoints may share a port only as IPv4 and IPv6.</param>
    /// <exception cref="ConfigException">An entry cannot be read, or two of them contradict each other.</exception>
    public IReadOnlyList<ListenerEndpoint> Parse(IReadOnlyList<string> entries, bool distinctPorts)
    {
        ListenerEndpoint[] endpoints = [.. entries.Select(Parse)];
        foreach (IGrouping<string, ListenerEndpoint> sameName in endpoints.GroupBy(endpoint => endpoint.Name).Where(group => group.Count() > 1))
        {
            throw Refuse(string.Join(',', entries), $"Each listener must have a different name, and {sameName.Key} is there twice");
        }

        if (distinctPorts)
        {
            CheckPorts(endpoints, entries);
        }

        return endpoints;
    }

    private ListenerEndpoint Parse(string entry)
    {
        int scheme = entry.LastIndexOf("://", StringComparison.Ordinal);
        int colon = entry.LastIndexOf(':');
        if (scheme <= 0 || colon <= scheme + 2)
        {
            throw Refuse(entry, "expected name://host:port");
        }

        string name = entry[..scheme].ToUpperInvariant();
        string host = HostAndPort.WithoutBrackets(entry[(scheme + 3)..colon]);
        if (!HostAndPort.IsHost(host))
        {
            throw Refuse(entry, "a host consists of letters, digits and - . _ % :");
        }

        if (!int.TryParse(entry.AsSpan(colon + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int port)
            || port is < 0 or > ushort.MaxValue)
        {
            throw Refuse(entry, "a port is a number from 0 to 65535");
        }

        return protocols.TryGetValue(name, out SecurityProtocol protocol)
            ? new ListenerEndpoint(name, protocol, host.Length == 0 ? null : host, port)
            : throw Refuse(entry, $"No security protocol defined for listener {name}; add it to listener.security.protocol.map");
    }

    private void CheckPorts(IReadOnlyList<ListenerEndpoint> endpoints, IReadOnlyList<string> entries)
    {
        foreach (IGrouping<int, ListenerEndpoint> samePort in endpoints.Where(endpoint => endpoint.Port != 0).GroupBy(endpoint => endpoint.Port))
        {
            if (samePort.Count() > 1 && !IsOneOfEachFamily([.. samePort]))
            {
                throw Refuse(
                    string.Join(',', entries),
                    $"Each listener must have a different port, unless one is an IPv4 and the other an IPv6 address; {samePort.Key} is there {samePort.Count()} times");
            }
        }
    }

    private static bool IsOneOfEachFamily(ListenerEndpoint[] endpoints) =>
        endpoints.Length == 2
        && FamilyOf(endpoints[0]) is { } first
        && FamilyOf(endpoints[1]) is { } second
        && first != second;

    private static AddressFamily? FamilyOf(ListenerEndpoint endpoint) =>
        IPAddress.TryParse(endpoint.Host, out IPAddress? address) ? address.AddressFamily : null;

    private ConfigException Refuse(string value, string problem) => new(setting, value, problem);
}
