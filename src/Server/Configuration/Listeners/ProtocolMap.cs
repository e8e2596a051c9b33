using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Listeners;

/// <summary>Reads <c>listener.security.protocol.map</c>.</summary>
internal static class ProtocolMap
{
    private const string Setting = "listener.security.protocol.map";

    /// <summary>
    /// The protocol of each listener name in upper case. When the map is not set, controller listeners are PLAINTEXT, unless
    /// any listener is named after another protocol (KAFKA-15371).
    /// </summary>
    public static Dictionary<string, SecurityProtocol> From(ConfigValues values, string[] controllerNames)
    {
        Dictionary<string, SecurityProtocol> map = Parse(values.Required<string>(Setting));
        if (values.IsSet(Setting) || controllerNames.Any(IsSecure) || values.List("listeners").Any(entry => IsSecure(NameOf(entry))))
        {
            return map;
        }

        foreach (string name in controllerNames)
        {
            map.TryAdd(name, SecurityProtocol.Plaintext);
        }

        return map;
    }

    private static Dictionary<string, SecurityProtocol> Parse(string text)
    {
        Dictionary<string, SecurityProtocol> map = new(StringComparer.Ordinal);
        foreach (string entry in ConfigText.SplitList(text))
        {
            int colon = entry.LastIndexOf(':');
            if (colon <= 0 || !SecurityProtocols.TryParse(entry[(colon + 1)..], out SecurityProtocol protocol))
            {
                throw new ConfigException(Setting, entry, "expected NAME:PROTOCOL, where PROTOCOL is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL");
            }

            if (!map.TryAdd(entry[..colon].Trim().ToUpperInvariant(), protocol))
            {
                throw new ConfigException(Setting, text, $"listener {entry[..colon].Trim()} is there twice");
            }
        }

        return map;
    }

    private static bool IsSecure(string name) => name.ToUpperInvariant() is "SSL" or "SASL_SSL" or "SASL_PLAINTEXT";

    private static string NameOf(string entry) => entry.Split(':')[0];
}
