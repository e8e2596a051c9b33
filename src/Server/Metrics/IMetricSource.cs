namespace Compat.Server.Metrics;

/// <summary>
/// Metrics that are read out of the broker's state when somebody asks, so that nothing is kept twice and nothing is counted
/// on the way of a record.
/// </summary>
internal interface IMetricSource
{
    /// <summary>Writes whole families: no other source writes one of the same name.</summary>
    ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation);
}
