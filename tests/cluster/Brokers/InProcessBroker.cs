using Compat.Log.Tests.Faults;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace Compat.Cluster.Tests.Brokers;

/// <summary>
/// A broker of this process on a disk that can be pulled out: it is killed or loses its power at any moment, and comes
/// back on the same port with what such an end leaves.
/// </summary>
internal sealed class InProcessBroker : IAsyncDisposable
{
    private readonly string[] _settings;
    private readonly TimeProvider _time;
    private Broker? _broker;
    private int _seed;

    private InProcessBroker(string[] settings, TimeProvider? time)
    {
        _settings = settings;
        _time = time ?? TimeProvider.System;
        Disk = new SimulatedDisk(_time);
        Storage = new FaultyStorage(Disk);
    }

    public string Bootstrap { get; private set; } = "";

    /// <summary>What the disk is made of; set its lies before it is used.</summary>
    public SimulatedDisk Disk { get; private set; }

    /// <summary>What stands between the broker and its disk.</summary>
    public FaultyStorage Storage { get; private set; }

    public LogLines Lines { get; } = new();

    public Broker Broker => _broker ?? throw new InvalidOperationException("The broker is not running.");

    public static async Task<InProcessBroker> StartAsync(string[] settings, TimeProvider? time = null, Action<SimulatedDisk>? prepare = null)
    {
        InProcessBroker broker = new(settings, time);
        prepare?.Invoke(broker.Disk);
        await broker.StartAsync();
        return broker;
    }

    /// <summary>Nothing is written any more from now on; what was, stays.</summary>
    public async Task KillAsync()
    {
        Storage.Kill();
        await EndAsync(Disk.AfterKill());
    }

    /// <summary>Nothing is written any more from now on, and what was not flushed stays as the seed says.</summary>
    public async Task LosePowerAsync(int seed)
    {
        Storage.Kill();
        await EndAsync(Disk.AfterPowerLoss(new Random(seed)));
    }

    public async Task StartAsync()
    {
        string listener = Bootstrap.Length == 0 ? "localhost:0" : Bootstrap;
        Broker broker = new(new BrokerOptions
        {
            Config = BrokerConfig.Load(new ConfigInputs
            {
                Host = new HostProfile(IsContainer: false, "/data"),
                Overrides = OverrideSource.Parse(
                [
                    $"listeners=PLAINTEXT://{listener}",
                    .. _settings.Any(setting => setting.StartsWith("log.dirs=", StringComparison.Ordinal)) ? Array.Empty<string>() : ["log.dirs=/data"],
                    .. _settings,
                ]),
            }),
            Storage = Storage,
            Time = _time,

            // With the random numbers of the process before it, it would register as that one.
            CreateRandom = () => new Random(Interlocked.Increment(ref _seed)),
            Loggers = Lines,
        });
        await broker.StartAsync();
        _broker = broker;
        Bootstrap = broker.BootstrapServers;
    }

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _broker, null) is { } broker)
        {
            await broker.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => new(StopAsync());

    private async Task EndAsync(SimulatedDisk left)
    {
        try
        {
            await StopAsync();
        }
        catch (IOException)
        {
            // A process that was killed closes nothing.
        }

        Disk = left;
        Storage = new FaultyStorage(left);
    }
}

/// <summary>What a broker logs.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Text)> All
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, formatter(state, exception)));
        }
    }

    public void Dispose()
    {
    }
}
