using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Authorization, TLS and delegation tokens.</summary>
internal static class SecuritySettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Security";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Text("authorizer.class.name", "", NotNull(), "Class that decides who may do what; empty allows everything to everybody.").OnlyDefault(Reasons.Authorizer),
        Class("principal.builder.class", "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder", "Class that names the principal of a connection.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Long("connections.max.reauth.ms", "0", null, "Time in milliseconds after which a client has to authenticate again; 0 is never.").WithoutEffect(Reasons.NoSecurity),
        Text("security.providers", null, null, "Classes that create Java security providers.").WithoutEffect(Reasons.NoSecurity),
        Text("ssl.client.auth", "none", OneOf("required", "requested", "none"), "Whether clients have to show a certificate: required, requested or none.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.principal.mapping.rules", "DEFAULT", null, "Rules that turn the name in a certificate into a principal.").WithoutEffect(Reasons.NoSecurity),
        Bool("ssl.allow.dn.changes", "false", "Whether a new certificate may have another distinguished name.").WithoutEffect(Reasons.NoSecurity),
        Bool("ssl.allow.san.changes", "false", "Whether a new certificate may have other alternative names.").WithoutEffect(Reasons.NoSecurity),
        Text("ssl.protocol", "TLSv1.3", null, "TLS version contexts are made for.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.provider", null, null, "Java provider of TLS.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        List("ssl.enabled.protocols", "TLSv1.2,TLSv1.3", ListOf(true, false), "TLS versions that are offered.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.keystore.type", "JKS", null, "Format of the key store.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.keystore.location", null, null, "Where the key store is.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Password("ssl.keystore.password", "Password of the key store.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Password("ssl.key.password", "Password of the private key.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Password("ssl.keystore.key", "The private key itself, in PEM.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Password("ssl.keystore.certificate.chain", "The certificate chain itself, in PEM.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.truststore.type", "JKS", null, "Format of the trust store.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.truststore.location", null, null, "Where the trust store is.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Password("ssl.truststore.password", "Password of the trust store.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Password("ssl.truststore.certificates", "The trusted certificates themselves, in PEM.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.keymanager.algorithm", "SunX509", null, "Java algorithm for keys.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.trustmanager.algorithm", "PKIX", null, "Java algorithm for trust.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.endpoint.identification.algorithm", "https", null, "How the host name of another broker is checked; empty is not at all.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("ssl.secure.random.implementation", null, null, "Java source of randomness for TLS.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        List("ssl.cipher.suites", "", ListOf(true, false), "Cipher suites that are offered; an empty list is the default ones.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Class("ssl.engine.factory.class", null, "Class that creates TLS engines.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Password("delegation.token.secret.key", "Secret that delegation tokens are signed with; the same on all nodes.").WithoutEffect(Reasons.NoSecurity),
        Long("delegation.token.max.lifetime.ms", "604800000", AtLeast(1), "Time in milliseconds after which a token can no longer be renewed.").WithoutEffect(Reasons.NoSecurity),
        Long("delegation.token.expiry.time.ms", "86400000", AtLeast(1), "Time in milliseconds a token is valid before it has to be renewed.").WithoutEffect(Reasons.NoSecurity),
        Long("delegation.token.expiry.check.interval.ms", "3600000", AtLeast(1), "Time in milliseconds between two looks for expired tokens.").WithoutEffect(Reasons.NoSecurity),
    ];
}
