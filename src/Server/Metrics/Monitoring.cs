using System.Net;
using System.Net.Sockets;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Listeners;
using Compat.Server.Handlers;
using Compat.Server.Health;
using Compat.Server.Http;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Compat.Server.Metrics;

/// <summary>
/// What a broker shows of itself over HTTP: /metrics, /health/live and /health/ready. It listens from the first moment of the start, so
/// that a broker that recovers for long is known to live; what it shows comes with <see cref="Serve"/>.
/// </summary>
internal sealed class Monitoring : IAsyncDisposable
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(5);

    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly TimeProvider _time;
    private volatile IReadOnlyList<IMetricSource> _sources = [new ProcessMetricSource()];
    private volatile IReadOnlyList<IHealthCheck> _checks = [new StartingCheck()];
    private volatile Func<string>? _promise;
    private HttpEndpoint? _endpoint;

    private Monitoring(TimeProvider time)
    {
        _time = time;
        DotNetStats.Register(_registry);
        Requests = new RequestMetrics(_registry, time);
    }

    /// <summary>Where requests are counted.</summary>
    public IRequestObserver Requests { get; }

    /// <summary>The port it listens on.</summary>
    public int Port => _endpoint!.Port;

    /// <summary>Listens where the configuration says; null when it says nothing.</summary>
    /// <exception cref="SocketException">The address or the port cannot be had.</exception>
    public static Monitoring? Start(MetricsConfig config, TimeProvider time, ILoggerFactory loggers)
    {
        if (config.Port is not { } port)
        {
            return null;
        }

        Monitoring monitoring = new(time);
        monitoring._endpoint = HttpEndpoint.Start(AddressesOf(config.Host), port, monitoring.Pages(), time, loggers.CreateLogger<HttpEndpoint>());
        return monitoring;
    }

    /// <summary>Shows a broker that serves.</summary>
    /// <param name="sources">What it measures.</param>
    /// <param name="checks">What has to be right for it to be ready.</param>
    /// <param name="promise">What an acknowledgement promises now.</param>
    public void Serve(IEnumerable<IMetricSource> sources, IEnumerable<IHealthCheck> checks, Func<string> promise)
    {
        _promise = promise;
        _sources = [.. _sources, .. sources];
        _checks = [.. checks];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _endpoint?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static IReadOnlyList<IPAddress> AddressesOf(string? host)
    {
        ListenerEndpoint endpoint = new("METRICS", SecurityProtocol.Plaintext, host, 0);
        return endpoint.BindAddresses ?? Dns.GetHostAddresses(endpoint.Host!);
    }

    private Dictionary<string, Func<CancellationToken, Task<HttpPage>>> Pages() => new(StringComparer.Ordinal)
    {
        ["/metrics"] = _ => Task.FromResult(new HttpPage("200 OK", MetricsPage.ContentType, new MetricsPage(_registry, _sources).WriteAsync)),
        ["/health/live"] = _ => Task.FromResult(HttpPage.Text("200 OK", "alive\n")),
        ["/health/ready"] = ReadyAsync,
    };

    private async Task<HttpPage> ReadyAsync(CancellationToken cancellation)
    {
        HealthReport report = await HealthReport.MakeAsync(_checks, CheckLimit, _time, cancellation);
        string promise = _promise is { } describe ? $"{describe()}\n" : "";
        return HttpPage.Text(report.IsHealthy ? "200 OK" : "503 Service Unavailable", report + promise);
    }
}
