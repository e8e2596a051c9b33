namespace Compat.Server.Configuration.Listeners;

/// <summary>How a listener protects its connections, with the numbers of broker registrations.</summary>
public enum SecurityProtocol : short
{
    /// <summary>PLAINTEXT: not at all.</summary>
    Plaintext = 0,

    /// <summary>SSL: by TLS.</summary>
    Ssl = 1,

    /// <summary>SASL_PLAINTEXT: clients authenticate, nothing is encrypted.</summary>
    SaslPlaintext = 2,

    /// <summary>SASL_SSL: clients authenticate over TLS.</summary>
    SaslSsl = 3,
}

/// <summary>The protocols' names.</summary>
internal static class SecurityProtocols
{
    /// <summary>Finds a protocol by Kafka's name for it, in any case.</summary>
    public static bool TryParse(string name, out SecurityProtocol protocol)
    {
        (bool known, protocol) = name.Trim().ToUpperInvariant() switch
        {
            "PLAINTEXT" => (true, SecurityProtocol.Plaintext),
            "SSL" => (true, SecurityProtocol.Ssl),
            "SASL_PLAINTEXT" => (true, SecurityProtocol.SaslPlaintext),
            "SASL_SSL" => (true, SecurityProtocol.SaslSsl),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>Kafka's name.</summary>
    public static string NameOf(SecurityProtocol protocol) => protocol switch
    {
        SecurityProtocol.Plaintext => "PLAINTEXT",
        SecurityProtocol.Ssl => "SSL",
        SecurityProtocol.SaslPlaintext => "SASL_PLAINTEXT",
        _ => "SASL_SSL",
    };
}
