using System.Net.Sockets;
using Compat.Log;
using Compat.Replication.Brokers;
using Compat.Replication.Metadata;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Listeners;
using Compat.Server.Handlers;
using Compat.Server.Metrics;
using Compat.Server.Transport;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Hosting;

/// <summary>
/// One broker: everything between a client's connection and the files. Any number of them live in one process, as long
/// as each has ports and directories of its own.
/// </summary>
public sealed class Broker : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HandOverPatience = TimeSpan.FromSeconds(5);

    private readonly BrokerOptions _options;
    private readonly ILogger _logger;
    private IReadOnlyList<BoundListener> _listeners = [];
    private IReadOnlyList<BoundListener> _controllerListeners = [];
    private INetwork? _network;
    private BrokerParts? _parts;
    private ConnectionServer? _server;
    private ConnectionServer? _controllerServer;
    private Monitoring? _monitoring;

    /// <summary>Makes a broker that does nothing before it is started.</summary>
    public Broker(BrokerOptions options)
    {
        _options = options;
        _logger = options.Loggers.CreateLogger<Broker>();
    }

    /// <summary>The configuration it was started with.</summary>
    public BrokerConfig Config => _options.Config;

    /// <summary>The listeners with the ports that they are bound to; empty before the start.</summary>
    public IReadOnlyList<ListenerEndpoint> Listeners => [.. _listeners.Select(listener => listener.Endpoint)];

    /// <summary>The listeners of the controller role with the ports that they are bound to; empty before the start.</summary>
    public IReadOnlyList<ListenerEndpoint> ControllerListeners => [.. _controllerListeners.Select(listener => listener.Endpoint)];

    /// <summary>The addresses for a client's bootstrap.servers: one for each listener.</summary>
    public string BootstrapServers => string.Join(',', _listeners.Select(listener => $"{HostToDial(listener.Endpoint)}:{listener.Endpoint.Port}"));

    /// <summary>The port of /metrics, /health/live and /health/ready; null when metrics.port is not set, or before the start.</summary>
    public int? MetricsPort => _monitoring?.Port;

    /// <summary>The id of the cluster, which the data directories remember.</summary>
    public string ClusterId => Parts.ClusterId;

    /// <summary>Completes when the broker cannot go on, with the reason.</summary>
    public Task<Exception> Fatal => Parts.Fatal;

    /// <summary>The parts, once started.</summary>
    internal BrokerParts Parts => _parts ?? throw new InvalidOperationException("The broker is not started.");

    /// <summary>The connections, once started.</summary>
    internal ConnectionServer Server => _server ?? throw new InvalidOperationException("The broker is not started.");

    /// <summary>
    /// Starts: binds the listeners, takes the data directories, replays the metadata, opens the logs, and then serves.
    /// </summary>
    /// <exception cref="BrokerStartException">It cannot start; the message is one line for the user.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            // First the ports: whoever has them is told at once, and nothing has been touched.
            _network = _options.OpenNetwork(Config.Network);
            _listeners = Bind(Config.Listeners.Listeners);
            _controllerListeners = Bind(Config.Listeners.ControllerListeners);
            _monitoring = StartMonitoring();
            _parts = new BrokerParts(_options, _network.Dialer, _listeners, _controllerListeners);
            // Controllers have to hear each other, and brokers them, before any of them is ready.
            _controllerServer = Serve(ApiHandlerList.CreateForController(_parts), _controllerListeners);
            await _parts.StartAsync(cancellationToken);
            Serve(_parts);
        }
        catch (Exception e) when (e is LogDirectoryException or MetadataException or BrokerRegistrationException or IOException or UnauthorizedAccessException)
        {
            await DisposeAsync();
            throw new BrokerStartException(e.Message, e);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops in order: hands over what it leads if there are others, takes no more requests, answers those under way, closes the connections, and
    /// then the logs, so that the next start finds everything as it is.
    /// </summary>
    public ValueTask DisposeAsync() => EndAsync(isWholeCluster: false);

    /// <summary>Stops in that order.</summary>
    /// <param name="isWholeCluster">Whether all others stop with it, so that there is nobody to hand over to.</param>
    internal async ValueTask EndAsync(bool isWholeCluster)
    {
        if (Interlocked.Exchange(ref _server, null) is ConnectionServer server)
        {
            // While it still serves, so that whoever asks is sent to the new leaders. Without others it has nobody to send clients
            // to: told that nobody leads, some give up for good, where a connection that ends has them come back.
            bool hasSuccessors = _parts is { Lifecycle.HasSuccessors: true };
            if (hasSuccessors && !isWholeCluster)
            {
                await HandOverAsync();
            }

            // Who waits for others to join would otherwise be waited for.
            _parts?.Groups.Dispose();
            await server.StopAsync(StopPatience);
            await server.DisposeAsync();
            if (!hasSuccessors && !isWholeCluster)
            {
                await HandOverAsync();
            }
        }

        if (Interlocked.Exchange(ref _controllerServer, null) is ConnectionServer controllerServer)
        {
            await controllerServer.StopAsync(StopPatience);
            await controllerServer.DisposeAsync();
        }

        foreach (IChannelListener socket in _listeners.Concat(_controllerListeners).SelectMany(listener => listener.Sockets))
        {
            socket.Dispose();
        }

        if (Interlocked.Exchange(ref _monitoring, null) is Monitoring monitoring)
        {
            await monitoring.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _parts, null) is BrokerParts stopped)
        {
            await stopped.DisposeAsync();
        }

        Interlocked.Exchange(ref _network, null)?.Dispose();
    }

    private async Task HandOverAsync()
    {
        if (Config.Node.IsBroker && _parts is { Fatal.IsCompleted: false } parts)
        {
            await parts.Lifecycle.ShutDownAsync(HandOverPatience);
        }
    }

    private Monitoring? StartMonitoring()
    {
        try
        {
            return Monitoring.Start(Config.Metrics, _options.Time, _options.Loggers);
        }
        catch (SocketException e)
        {
            throw new BrokerStartException($"metrics.port: cannot listen on {Config.Metrics.Host}:{Config.Metrics.Port}: {e.Message}", e);
        }
    }

    private void Serve(BrokerParts parts)
    {
        _server = Serve(ApiHandlerList.Create(parts), _listeners);
        FollowSettings(parts, _server.Connections);
        _monitoring?.Serve(
            MonitoredParts.Sources(parts, _server, Listeners),
            MonitoredParts.Checks(parts, Listeners),
            () => DurabilityPromise.Of(parts.Config.Current.Topics.Log));
    }

    private ConnectionServer Serve(ApiHandlers handlers, IReadOnlyList<BoundListener> listeners)
    {
        var server = new ConnectionServer(
            LimitsOf(Config.Network), new RequestDispatcher(handlers, _options.Time, Parts.Owed, _monitoring?.Requests), _options.Time, _options.Loggers.CreateLogger<ConnectionServer>());
        foreach (BoundListener listener in listeners)
        {
            foreach (IChannelListener socket in listener.Sockets)
            {
                server.Start(listener.Endpoint.Name, socket);
            }
        }

        return server;
    }

    private IReadOnlyList<BoundListener> Bind(IReadOnlyList<ListenerEndpoint> endpoints) =>
        [.. endpoints.Select(endpoint => BoundListener.Bind(endpoint, _network!))];

    /// <summary>What can change while the broker runs is taken over now, as the metadata log has it, and from now on.</summary>
    private static void FollowSettings(BrokerParts parts, ConnectionTable connections)
    {
        parts.Config.Changed += (_, after) => Apply(after);
        Apply(parts.Config.Current);

        void Apply(BrokerConfig config)
        {
            connections.Limits = LimitsOf(config.Network);
            parts.LogContext.ProducerIdExpirationMs = config.Producers.ProducerIdExpirationMs;
            parts.Logs.Cleaner.Reconfigure(config.Cleaner);
            parts.Throttle.Leader.BytesPerSecond = config.Replication.LeaderThrottledRate;
            parts.Throttle.Follower.BytesPerSecond = config.Replication.FollowerThrottledRate;
        }
    }

    private static ConnectionLimits LimitsOf(NetworkConfig network) => new()
    {
        MaxRequestBytes = network.MaxRequestBytes,
        MaxConnections = network.MaxConnections,
        MaxConnectionsPerIp = network.MaxConnectionsPerIp,
        MaxConnectionsPerIpOverrides = network.MaxConnectionsPerIpOverrides,
        MaxConnectionsByListener = network.MaxConnectionsByListener,
        MaxIdle = network.MaxIdle,
    };

    private static string HostToDial(ListenerEndpoint endpoint) => endpoint.Host switch
    {
        null or "0.0.0.0" or "::" => "localhost",
        string host when host.Contains(':', StringComparison.Ordinal) => $"[{host}]",
        string host => host,
    };
}
