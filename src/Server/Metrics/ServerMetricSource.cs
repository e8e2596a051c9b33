using Compat.Server.Fetching;

namespace Compat.Server.Metrics;

/// <summary>kafka_server_*: the broker itself.</summary>
/// <param name="fetchSessions">The incremental fetch sessions it keeps.</param>
internal sealed class ServerMetricSource(FetchSessionCache fetchSessions) : IMetricSource
{
    /// <summary>Kafka's number for a broker that serves.</summary>
    private const int Running = 3;

    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        writer.Gauge("kafka_server_kafkaserver_brokerstate", "State of the broker; 3 is running.").Sample(Running);
        const string Prefix = "kafka_server_fetchsessioncache_";
        writer.Gauge(Prefix + "numincrementalfetchsessions", "Incremental fetch sessions.").Sample(fetchSessions.Count);
        writer.Gauge(Prefix + "numincrementalfetchpartitionscached", "Partitions of incremental fetch sessions.").Sample(fetchSessions.PartitionCount);
        writer.Counter(Prefix + "incrementalfetchsessionevictions_total", "Incremental fetch sessions that made room for others.").Sample(fetchSessions.EvictionCount);
        return ValueTask.CompletedTask;
    }
}
