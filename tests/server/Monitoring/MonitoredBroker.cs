using System.Net;
using System.Net.Sockets;
using Compat.Log.Storage;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Health;
using Compat.Server.Hosting;
using Compat.Server.Tests.Configuration;
using Compat.Server.Tests.Coverage;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Server.Tests.Monitoring;

/// <summary>A whole broker on real sockets, with its data in memory and metrics on a free port.</summary>
internal sealed class MonitoredBroker : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private TcpClient? _client;

    private MonitoredBroker(Broker broker, MemoryStorage storage)
    {
        Broker = broker;
        Storage = storage;
    }

    public Broker Broker { get; }

    public MemoryStorage Storage { get; }

    public static Task<MonitoredBroker> StartAsync(params string[] overrides) => StartAsync(new MemoryStorage(TimeProvider.System), overrides);

    /// <summary>Stops this broker and starts another one over its data.</summary>
    public async Task<MonitoredBroker> RestartAsync(params string[] overrides)
    {
        await DisposeAsync();
        return await StartAsync(Storage, overrides);
    }

    private static async Task<MonitoredBroker> StartAsync(MemoryStorage storage, string[] overrides)
    {
        Broker broker = new(new BrokerOptions
        {
            Config = BrokerConfig.Load(new ConfigInputs
            {
                Host = TestConfig.Machine,
                Overrides = OverrideSource.Parse(["listeners=PLAINTEXT://localhost:0", "metrics.port=0", .. overrides]),
            }),
            Storage = storage,
            Time = TimeProvider.System,
            CreateRandom = () => new Random(1),
            Loggers = NullLoggerFactory.Instance,
        });
        await broker.StartAsync();
        return new MonitoredBroker(broker, storage);
    }

    /// <summary>Reads a page of the HTTP listener.</summary>
    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri($"http://localhost:{Broker.MetricsPort}{path}"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The samples of /metrics by name and labels.</summary>
    public async Task<Dictionary<string, double>> ScrapeAsync() => Exposition.Parse((await GetAsync("/metrics")).Text);

    /// <summary>Sends a request over one connection and reads the answer.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IWireMessage<TRequest>, IRequest
        where TResponse : IWireMessage<TResponse>
    {
        if (_client is null)
        {
            _client = new TcpClient();
            await _client.ConnectAsync(IPAddress.Loopback, Broker.Listeners[0].Port);
        }

        AskedVersions.Note(TRequest.Key, version);
        return await KafkaExchange.AskAsync<TRequest, TResponse>(_client.GetStream(), request, version, CancellationToken.None);
    }

    /// <summary>Creates a topic with some settings.</summary>
    public async Task CreateTopicAsync(string name, int partitions = 1, params (string Name, string Value)[] configs)
    {
        CreateTopicsResponse response = await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new CreateTopicsRequest
            {
                TimeoutMs = 10_000,
                Topics =
                [
                    new()
                    {
                        Name = name,
                        NumPartitions = partitions,
                        ReplicationFactor = 1,
                        Configs = [.. configs.Select(config => new CreateTopicsRequest.CreatableTopicConfig { Name = config.Name, Value = config.Value })],
                    },
                ],
            },
            5);
        Assert.Equal(ErrorCode.None, response.Topics[0].ErrorCode);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _http.Dispose();
        await Broker.DisposeAsync();
    }
}
