using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Authentication by SASL.</summary>
internal static class SaslSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "SASL";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Int("sasl.server.max.receive.size", "524288", null, "Largest request in bytes before authentication.").WithoutEffect(Reasons.NoSecurity),
        List("sasl.enabled.mechanisms", "GSSAPI", ListOf(true, false), "SASL mechanisms that are offered.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("sasl.mechanism.inter.broker.protocol", "GSSAPI", null, "SASL mechanism between brokers.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Password("sasl.jaas.config", "Login module and its options, in the format of JAAS.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Class("sasl.server.callback.handler.class", null, "Class that checks credentials.").WithoutEffect(Reasons.NoSecurity),
        Class("sasl.client.callback.handler.class", null, "Class that supplies credentials.").WithoutEffect(Reasons.NoSecurity),
        Class("sasl.login.class", null, "Class that logs in.").WithoutEffect(Reasons.NoSecurity),
        Class("sasl.login.callback.handler.class", null, "Class that supplies what a login needs.").WithoutEffect(Reasons.NoSecurity),
        Number("sasl.login.refresh.window.factor", "0.8", null, "Share of a credential's life after which it is renewed.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Number("sasl.login.refresh.window.jitter", "0.05", null, "Random part of that share.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Short("sasl.login.refresh.min.period.seconds", "60", null, "Shortest time in seconds between two renewals.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Short("sasl.login.refresh.buffer.seconds", "300", null, "Time in seconds before its end at which a credential is renewed at the latest.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Int("sasl.login.connect.timeout.ms", null, null, "Time in milliseconds a connection to the identity provider may take.").WithoutEffect(Reasons.NoSecurity),
        Int("sasl.login.read.timeout.ms", null, null, "Time in milliseconds an answer of the identity provider may take.").WithoutEffect(Reasons.NoSecurity),
        Long("sasl.login.retry.backoff.ms", "100", null, "Time in milliseconds before a failed login is repeated.").WithoutEffect(Reasons.NoSecurity),
        Long("sasl.login.retry.backoff.max.ms", "10000", null, "Longest such time in milliseconds.").WithoutEffect(Reasons.NoSecurity),
        List("sasl.kerberos.principal.to.local.rules", "DEFAULT", ListOf(true, false), "Rules that turn a Kerberos name into a user.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("sasl.kerberos.service.name", null, null, "Kerberos name the broker runs as.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Text("sasl.kerberos.kinit.cmd", "/usr/bin/kinit", null, "Path of the kinit command.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Number("sasl.kerberos.ticket.renew.window.factor", "0.8", null, "Share of a ticket's life after which it is renewed.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Number("sasl.kerberos.ticket.renew.jitter", "0.05", null, "Random part of that share.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Long("sasl.kerberos.min.time.before.relogin", "60000", null, "Time in milliseconds between two attempts to renew a ticket.").PerBroker().WithoutEffect(Reasons.NoSecurity),
        Class("sasl.oauthbearer.jwt.retriever.class", "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever", "Class that fetches tokens.").WithoutEffect(Reasons.NoSecurity),
        Class("sasl.oauthbearer.jwt.validator.class", "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator", "Class that checks tokens.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.scope", null, null, "Scope asked for in a token.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.client.credentials.client.id", null, null, "Client id given to the identity provider.").WithoutEffect(Reasons.NoSecurity),
        Password("sasl.oauthbearer.client.credentials.client.secret", "Client secret given to the identity provider.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.assertion.algorithm", "RS256", OneOfIgnoringCase("ES256", "RS256"), "Algorithm assertions are signed with.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.assertion.claim.aud", null, null, "Audience of an assertion.").WithoutEffect(Reasons.NoSecurity),
        Int("sasl.oauthbearer.assertion.claim.exp.seconds", "300", Between(0, 86400), "Time in seconds an assertion is valid.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.assertion.claim.iss", null, null, "Issuer of an assertion.").WithoutEffect(Reasons.NoSecurity),
        Bool("sasl.oauthbearer.assertion.claim.jti.include", "false", "Whether an assertion carries an id of its own.").WithoutEffect(Reasons.NoSecurity),
        Int("sasl.oauthbearer.assertion.claim.nbf.seconds", "60", Between(0, 3600), "Time in seconds before now from which an assertion is valid.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.assertion.claim.sub", null, null, "Subject of an assertion.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.assertion.file", null, null, "File with a ready assertion.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.assertion.private.key.file", null, null, "File with the key assertions are signed with.").WithoutEffect(Reasons.NoSecurity),
        Password("sasl.oauthbearer.assertion.private.key.passphrase", "Passphrase of that key.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.assertion.template.file", null, null, "File with a template for assertions.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.scope.claim.name", "scope", null, "Claim that holds the scope.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.sub.claim.name", "sub", null, "Claim that holds the subject.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.token.endpoint.url", null, null, "Where tokens are fetched.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.jwks.endpoint.url", null, null, "Where the keys of the identity provider are.").WithoutEffect(Reasons.NoSecurity),
        Long("sasl.oauthbearer.jwks.endpoint.refresh.ms", "3600000", null, "Time in milliseconds between two reads of those keys.").WithoutEffect(Reasons.NoSecurity),
        Long("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", "100", null, "Time in milliseconds before a failed read is repeated.").WithoutEffect(Reasons.NoSecurity),
        Long("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", "10000", null, "Longest such time in milliseconds.").WithoutEffect(Reasons.NoSecurity),
        Int("sasl.oauthbearer.clock.skew.seconds", "30", null, "Difference in seconds the clocks may have.").WithoutEffect(Reasons.NoSecurity),
        Bool("sasl.oauthbearer.allow.unverified.audience", "false", "Whether tokens are taken without a check of their audience.").WithoutEffect(Reasons.NoSecurity),
        List("sasl.oauthbearer.expected.audience", "", ListOf(true, false), "Audiences a token has to be for.").WithoutEffect(Reasons.NoSecurity),
        Bool("sasl.oauthbearer.allow.unverified.issuer", "false", "Whether tokens are taken without a check of their issuer.").WithoutEffect(Reasons.NoSecurity),
        Text("sasl.oauthbearer.expected.issuer", null, null, "Issuer a token has to be from.").WithoutEffect(Reasons.NoSecurity),
    ];
}
