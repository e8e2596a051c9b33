using Compat.Log.Storage;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Hosting;
using Compat.Server.Platform;

namespace Compat.Testing;

/// <summary>
/// A broker in the test's own process, on a free port, that any Kafka client can use. It starts in milliseconds, keeps its
/// data in memory unless told otherwise, and many of them run beside each other.
/// </summary>
public sealed class TestBroker : IAsyncDisposable
{
    private const string MemoryDirectory = "/data";

    private readonly TestBrokerOptions _options;
    private readonly IStorage _storage;
    private Broker? _broker;

    private TestBroker(TestBrokerOptions options, IStorage storage)
    {
        _options = options;
        _storage = storage;
    }

    /// <summary>The address for a client's <c>bootstrap.servers</c>. A restart keeps it.</summary>
    public string BootstrapServers { get; private set; } = "";

    /// <summary>The id of the cluster.</summary>
    public string ClusterId { get; private set; } = "";

    /// <summary>Whether the broker is running.</summary>
    public bool IsRunning => _broker is not null;

    /// <summary>The broker itself, for tests of this project.</summary>
    internal Broker Broker => _broker ?? throw new InvalidOperationException("The broker is not running.");

    /// <summary>Starts a broker; it serves when the task completes.</summary>
    /// <exception cref="BrokerStartException">It cannot start, for example because a setting's port is in use.</exception>
    /// <exception cref="Compat.Log.Configuration.ConfigException">A setting is not valid.</exception>
    public static async Task<TestBroker> StartAsync(TestBrokerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new TestBrokerOptions();
        IStorage storage = options.DataDirectory is null ? new MemoryStorage(options.Time ?? HostMachine.Time) : HostMachine.CreateStorage();
        var broker = new TestBroker(options, storage);
        await broker.StartAgainAsync(cancellationToken);
        return broker;
    }

    /// <summary>Stops the broker as a shutdown does; the data stays for <see cref="StartAgainAsync"/>.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _broker, null) is Broker broker)
        {
            await broker.DisposeAsync();
        }
    }

    /// <summary>Starts the broker anew over its data and, so that clients find it, on the port that it had.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
        {
            throw new InvalidOperationException("The broker is running.");
        }

        var broker = new Broker(new BrokerOptions
        {
            Config = BrokerConfig.Load(Inputs()),
            Storage = _storage,
            Time = _options.Time ?? HostMachine.Time,
            CreateRandom = HostMachine.CreateRandom,
            Loggers = _options.Loggers,
            IsEphemeral = _options.DataDirectory is null,
        });
        await broker.StartAsync(cancellationToken);
        _broker = broker;
        BootstrapServers = broker.BootstrapServers;
        ClusterId = broker.ClusterId;
    }

    /// <summary>Stops and starts the broker; clients lose their connections and nothing else.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await StartAgainAsync(cancellationToken);
    }

    /// <summary>Stops the broker for good.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    private ConfigInputs Inputs()
    {
        string directory = _options.DataDirectory ?? MemoryDirectory;
        var settings = new Dictionary<string, string>
        {
            ["listeners"] = BootstrapServers.Length == 0 ? "PLAINTEXT://localhost:0" : $"PLAINTEXT://{BootstrapServers}",
            ["log.dirs"] = directory,
        };
        foreach ((string name, string value) in _options.Settings)
        {
            settings[name] = value;
        }

        return new ConfigInputs
        {
            Host = new HostProfile(IsContainer: false, directory),
            Overrides = OverrideSource.Parse(settings.Select(setting => $"{setting.Key}={setting.Value}")),
        };
    }
}
