using Confluent.Kafka;

namespace Compat.Cluster.Tests.Workloads;

/// <summary>What librdkafka says of where a record is.</summary>
internal static class AcknowledgedOffset
{
    /// <summary>The offset; null for a retry that the broker had already, which librdkafka acknowledges without one.</summary>
    public static long? OrNull(this Offset offset) => offset.IsSpecial ? null : offset.Value;
}
