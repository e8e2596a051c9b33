using System.Collections.Concurrent;
using System.Globalization;
using Compat.Server.Handlers;
using Compat.Wire;
using Prometheus;

namespace Compat.Server.Metrics;

/// <summary>
/// Counts the requests of each API and version and how long they took, under the names that Strimzi's rules give Kafka's
/// RequestMetrics. A request costs two additions: the places to add to are looked up once.
/// </summary>
internal sealed class RequestMetrics : IRequestObserver
{
    // From well below what a local broker takes to the longest wait of a fetch or a join, in milliseconds.
    private static readonly double[] BucketsMs =
        [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000];

    private readonly Counter _requests;
    private readonly Histogram _totalTimeMs;
    private readonly ConcurrentDictionary<(ApiKey Key, short Version), Places> _places = new();
    private readonly TimeProvider _time;

    /// <summary>Counts into a registry, by the clock that requests are stamped with.</summary>
    public RequestMetrics(CollectorRegistry registry, TimeProvider time)
    {
        _time = time;
        MetricFactory factory = Prometheus.Metrics.WithCustomRegistry(registry);
        _requests = factory.CreateCounter(
            "kafka_network_requestmetrics_requests_total", "Requests that were answered, by API and version.", "request", "version");
        _totalTimeMs = factory.CreateHistogram(
            "kafka_network_requestmetrics_totaltimems",
            "Milliseconds from a request's arrival to its answer, waits included, by API.",
            ["request"],
            new HistogramConfiguration { Buckets = BucketsMs });
    }

    /// <inheritdoc/>
    public void OnAnswered(RequestContext request)
    {
        Places places = _places.GetOrAdd((request.ApiKey, request.ApiVersion), static (id, metrics) => metrics.PlacesOf(id.Key, id.Version), this);
        places.Requests.Inc();
        places.TotalTimeMs.Observe(_time.GetElapsedTime(request.ReceivedAt).TotalMilliseconds);
    }

    private Places PlacesOf(ApiKey key, short version)
    {
        string request = key.ToString();
        return new Places(_requests.WithLabels(request, version.ToString(CultureInfo.InvariantCulture)), _totalTimeMs.WithLabels(request));
    }

    private sealed record Places(Counter.Child Requests, Histogram.Child TotalTimeMs);
}
