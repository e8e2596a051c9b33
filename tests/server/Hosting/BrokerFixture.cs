using System.Net;
using System.Net.Sockets;
using Compat.Log.Storage;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Hosting;
using Compat.Server.Tests.Transport;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Tests.Hosting;

/// <summary>A whole broker on real sockets with its files in memory.</summary>
internal sealed class BrokerFixture : IAsyncDisposable
{
    private BrokerFixture(Broker broker, LevelLoggers loggers)
    {
        Broker = broker;
        Loggers = loggers;
    }

    public Broker Broker { get; }

    public LevelLoggers Loggers { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Broker.Listeners[0].Port);

    public static async Task<BrokerFixture> StartAsync(params string[] settings)
    {
        var loggers = new LevelLoggers();
        var broker = new Broker(Options(new MemoryStorage(TimeProvider.System), loggers, settings));
        await broker.StartAsync();
        return new BrokerFixture(broker, loggers);
    }

    public static BrokerOptions Options(IStorage storage, ILoggerFactory loggers, params string[] settings) => new()
    {
        Config = BrokerConfig.Load(new ConfigInputs
        {
            Host = new HostProfile(IsContainer: false, "/data"),
            Overrides = OverrideSource.Parse(["listeners=PLAINTEXT://localhost:0", "log.dirs=/data", .. settings]),
        }),
        Storage = storage,
        Time = TimeProvider.System,
        CreateRandom = () => new Random(1),
        Loggers = loggers,
    };

    public async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(EndPoint);
        return client;
    }

    /// <summary>A client of the controllers' listener, which the settings have to name.</summary>
    public async Task<SocketClient> ConnectToControllerAsync()
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, Broker.ControllerListeners[0].Port);
        return new SocketClient(client);
    }

    public async Task<SocketClient> ConnectClientAsync() => new(await ConnectAsync());

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}

/// <summary>Collects what is logged, with its level.</summary>
internal sealed class LevelLoggers : ILoggerFactory
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Text)> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Logger : ILogger
    {
        private readonly LevelLoggers _owner;

        public Logger(LevelLoggers owner) => _owner = owner;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_owner._lines)
            {
                _owner._lines.Add((logLevel, $"{formatter(state, exception)} {exception}"));
            }
        }
    }
}
