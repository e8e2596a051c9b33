using System.Net;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Handlers;
using Compat.Server.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Server.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Hosting;

/// <summary>A whole broker in memory and virtual time, reached through the transport.</summary>
internal sealed class MemoryBroker : IAsyncDisposable
{
    /// <summary>A topic of two partitions that is there from the start.</summary>
    public const string Topic = "orders";

    /// <summary>A new process has other random numbers: with the same ones it would register as the one before it.</summary>
    private const int SeedsOfAProcess = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MemoryChannelListener _listener = new(new IPEndPoint(IPAddress.Loopback, 9092));
    private readonly ConnectionServer _server;
    private readonly SocketChannelDialer _dialer;
    private readonly int _seed;
    private long _connected;

    private MemoryBroker(BrokerParts parts, SocketChannelDialer dialer, SettableWallClock clock, MemoryStorage storage, LevelLoggers loggers, int seed)
    {
        _seed = seed;
        _dialer = dialer;
        Clock = clock;
        Loggers = loggers;
        Parts = parts;
        Storage = storage;
        Handlers = ApiHandlerList.Create(parts);
        _server = new ConnectionServer(new ConnectionLimits(), new RequestDispatcher(Handlers, clock, parts.Owed), clock, loggers.CreateLogger("connections"));
        _server.Start("PLAINTEXT", _listener);
    }

    public BrokerParts Parts { get; }

    public FakeTimeProvider Time => Clock.Time;

    /// <summary>The time as the broker sees it: the same unless a test sets its wall clock.</summary>
    public SettableWallClock Clock { get; }

    public MemoryStorage Storage { get; }

    public LevelLoggers Loggers { get; }

    public Uuid TopicId => IdOf(Topic);

    /// <summary>The leader epoch that the partitions of the topic began with.</summary>
    public int LeaderEpoch { get; private set; }

    public static async Task<MemoryBroker> StartAsync(params string[] settings)
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        MemoryBroker fixture = await StartAsync(time, new MemoryStorage(time), settings, seed: 0);
        await fixture.CreateTopicAsync(Topic, 2);
        fixture.LeaderEpoch = fixture.Parts.Image.Topics.Partition(new TopicPartition(Topic, 0))!.LeaderEpoch;
        return fixture;
    }

    /// <summary>A broker on what a former one has left, or a test has made of that.</summary>
    public static Task<MemoryBroker> StartAsync(FakeTimeProvider time, MemoryStorage storage, params string[] settings) =>
        StartAsync(time, storage, settings, SeedsOfAProcess);

    /// <summary>The same broker again, after it was disposed of.</summary>
    public Task<MemoryBroker> RestartAsync(params string[] settings) => StartAsync(Time, Storage, settings, _seed + SeedsOfAProcess);

    public async Task<TestClient> ConnectAsync()
    {
        Interlocked.Increment(ref _connected);
        return new TestClient(await _listener.ConnectAsync());
    }

    public Uuid IdOf(string topic) => Parts.Image.Topics.TryGet(topic, out TopicImage? found) ? found.Id : Uuid.Zero;

    /// <summary>Every API that it carries out.</summary>
    public ApiHandlers Handlers { get; }

    public async Task CreateTopicAsync(string name, int partitions)
    {
        var request = new CreateTopicsRequest
        {
            Topics = [new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }],
        };
        CreateTopicsResponse response = await Parts.Controller.CreateTopicsAsync(request, default);
        Assert.Equal(ErrorCode.None, response.Topics[0].ErrorCode);
    }

    public async Task DeleteTopicAsync(string name)
    {
        var request = new DeleteTopicsRequest { Topics = [new DeleteTopicsRequest.DeleteTopicState { Name = name }] };
        DeleteTopicsResponse response = await Parts.Controller.DeleteTopicsAsync(request, 6, default);
        Assert.Equal(ErrorCode.None, response.Responses[0].ErrorCode);
    }

    /// <summary>Waits until every connection that was made has been accepted and has ended.</summary>
    public async Task DrainAsync() => Assert.True(
        await Task.Run(() => SpinWait.SpinUntil(() => _server.Connections.AcceptedCount == _connected && _server.Connections.Count == 0, Patience)),
        "connections are left that their clients have ended");

    public async ValueTask DisposeAsync()
    {
        Parts.Groups.Dispose();
        await _server.DisposeAsync();
        await Parts.DisposeAsync();
        _dialer.Dispose();
    }

    private static async Task<MemoryBroker> StartAsync(FakeTimeProvider time, MemoryStorage storage, string[] settings, int seed)
    {
        string[] defaults =
        [
            "log.dirs=/data", "group.initial.rebalance.delay.ms=0", "offsets.topic.replication.factor=1", "offsets.topic.num.partitions=5",
        ];
        BrokerConfig config = BrokerConfig.Load(new ConfigInputs
        {
            Host = new HostProfile(IsContainer: false, "/data"),
            File = [],
            Environment = [],
            Overrides = OverrideSource.Parse([.. defaults, .. settings]),
        });
        int next = seed;
        var clock = new SettableWallClock(time);
        var dialer = new SocketChannelDialer(new SocketOptions(-1, -1, 50));
        var loggers = new LevelLoggers();
        var parts = new BrokerParts(
            new BrokerOptions
            {
                Config = config,
                Storage = storage,
                Time = clock,
                CreateRandom = () => new Random(++next),
                Loggers = loggers,
                LoggerLevels = new LoggerLevels(LogLevel.Information),
            },
            dialer,
            [],
            []);
        await parts.StartAsync(CancellationToken.None);
        // As whoever asks for its health before its first request.
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(() => parts.Groups.IsLoaded, Patience)), "the groups were not loaded");
        return new MemoryBroker(parts, dialer, clock, storage, loggers, seed);
    }
}
