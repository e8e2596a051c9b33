using System.Globalization;

namespace Compat.Server.Configuration;

/// <summary>A host name or address and a port, as in <c>localhost:9093</c> or <c>[::1]:9093</c>.</summary>
/// <param name="Host">The name or address, without brackets.</param>
/// <param name="Port">0 to 65535.</param>
internal readonly record struct HostAndPort(string Host, int Port)
{
    /// <summary>Reads a host and a port.</summary>
    public static bool TryParse(string text, out HostAndPort result)
    {
        result = default;
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        string host = WithoutBrackets(text[..colon]);
        result = new HostAndPort(host, port);
        return host.Length > 0 && IsHost(host);
    }

    /// <summary>An IPv6 address without the brackets that keep its colons apart from the port's.</summary>
    public static string WithoutBrackets(string host) =>
        host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;

    /// <summary>True for what a host name or address may consist of: letters, digits and <c>- . _ % :</c>.</summary>
    public static bool IsHost(string host)
    {
        foreach (char c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '%' or ':'))
            {
                return false;
            }
        }

        return true;
    }
}
