using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Settings that Apache Kafka does not have. They carry no prefix, so they read and travel like Kafka's own.</summary>
internal static class OwnSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Not in Apache Kafka";

    private static ConfigRule Port => new("[0,...,65535]", value =>
        value is null or (>= 0 and <= 65535) ? null : "Value must be between 0 and 65535");

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Text("cluster.id", null, NotEmpty(), "The cluster id a new data directory gets; one is made up without it. It has to match a data directory that already has one."),
        Int("metrics.port", null, Port, "Port of the HTTP listener for /metrics, /health/live and /health/ready. Off when not set; 0 takes a free port."),
        Text("metrics.host", null, NotEmpty(), "Address of that listener; every address when not set."),
        Int("max.decompressed.message.bytes", "104857600", AtLeast(1), "Largest size in bytes a compressed record batch may have when it is decompressed; a larger one is refused."),
    ];
}
