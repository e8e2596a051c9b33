using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>What Apache Kafka measures.</summary>
internal static class MetricsSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Metrics";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Int("metrics.num.samples", "2", AtLeast(1), "Number of samples a rate is computed from.").WithoutEffect(Reasons.OwnMetrics),
        Long("metrics.sample.window.ms", "30000", AtLeast(1), "Time in milliseconds a sample covers.").WithoutEffect(Reasons.OwnMetrics),
        List("metric.reporters", "org.apache.kafka.common.metrics.JmxReporter", ListOf(true, false), "Classes that report metrics; /metrics on metrics.port takes their place.").ClusterWide().WithoutEffect(Reasons.JavaClass),
        Text("metrics.recording.level", "INFO", null, "How detailed metrics are.").WithoutEffect(Reasons.OwnMetrics),
        List("kafka.metrics.reporters", "", ListOf(true, false), "Classes that report the older metrics.").WithoutEffect(Reasons.JavaClass),
        Int("kafka.metrics.polling.interval.secs", "10", AtLeast(1), "Time in seconds between two reports of those classes.").WithoutEffect(Reasons.OwnMetrics),
        Int("telemetry.max.bytes", "1048576", AtLeast(1), "Largest telemetry in bytes a client may push.").WithoutEffect(Reasons.NoTelemetry),
    ];
}
