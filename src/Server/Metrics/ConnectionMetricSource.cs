using Compat.Server.Transport;

namespace Compat.Server.Metrics;

/// <summary>kafka_server_socket_server_metrics_*: the connections of each listener, and the software of their clients (KIP-511).</summary>
/// <param name="connections">The open connections.</param>
/// <param name="listeners">The names of the listeners, which are shown without connections, too.</param>
internal sealed class ConnectionMetricSource(ConnectionTable connections, IReadOnlyList<string> listeners) : IMetricSource
{
    private const string Prefix = "kafka_server_socket_server_metrics_";

    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        Connection[] open = [.. connections.Connections];
        writer.Gauge(Prefix + "connection_count", "Open connections.");
        foreach (string listener in listeners)
        {
            writer.Sample("listener", listener, open.Count(connection => connection.Info.ListenerName == listener));
        }

        writer.Gauge(Prefix + "connections_software", "Open connections by the client's software.");
        foreach (var group in open.GroupBy(connection => (connection.Info.ListenerName, connection.Info.SoftwareName, connection.Info.SoftwareVersion)))
        {
            writer.Sample(
                [("listener", group.Key.ListenerName), ("clientSoftwareName", group.Key.SoftwareName), ("clientSoftwareVersion", group.Key.SoftwareVersion)],
                group.Count());
        }

        writer.Counter(Prefix + "connection_creation_total", "Connections accepted since the start.").Sample(connections.AcceptedCount);
        writer.Counter(Prefix + "connection_refused_total", "Connections refused because of a limit since the start.").Sample(connections.RefusedCount);
        return ValueTask.CompletedTask;
    }
}
