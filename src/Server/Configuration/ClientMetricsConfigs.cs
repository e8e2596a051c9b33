using Compat.Log.Configuration;
using Compat.Server.Configuration.Definitions;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration;

/// <summary>The settings of a subscription to metrics of clients (KIP-714).</summary>
public static class ClientMetricsConfigs
{
    /// <summary>All of them.</summary>
    public static ConfigCatalog Catalog { get; } = new(
        List("metrics", "", ListOf(true, false), "Prefixes of the metrics that clients should push; * is all of them.").WithoutEffect(Reasons.NoTelemetry),
        Int("interval.ms", "300000", null, "Time in milliseconds between two pushes, 100 to 3600000.").WithoutEffect(Reasons.NoTelemetry),
        List("match", "", ListOf(true, false), "Which clients should push, as name=pattern; without it all of them.").WithoutEffect(Reasons.NoTelemetry));
}
