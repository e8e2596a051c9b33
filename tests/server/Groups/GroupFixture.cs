using System.Net;
using System.Text;
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
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Groups;

/// <summary>A whole broker in memory and virtual time, reached through the transport.</summary>
internal sealed class GroupFixture : IAsyncDisposable
{
    public const string Topic = "orders";

    private readonly MemoryChannelListener _listener = new(new IPEndPoint(IPAddress.Loopback, 9092));
    private readonly ConnectionServer _server;

    private GroupFixture(BrokerParts parts, FakeTimeProvider time, MemoryStorage storage)
    {
        Parts = parts;
        Time = time;
        Storage = storage;
        _server = new ConnectionServer(new ConnectionLimits(), new RequestDispatcher(ApiHandlerList.Create(parts), time), time, NullLogger.Instance);
        _server.Start("PLAINTEXT", _listener);
    }

    public BrokerParts Parts { get; }

    public FakeTimeProvider Time { get; }

    public MemoryStorage Storage { get; }

    public Uuid TopicId => IdOf(Topic);

    public static async Task<GroupFixture> StartAsync(params string[] settings)
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        GroupFixture fixture = await StartAsync(time, new MemoryStorage(time), settings);
        await fixture.CreateTopicAsync(Topic, 2);
        return fixture;
    }

    /// <summary>The same broker again, after it was disposed of.</summary>
    public Task<GroupFixture> RestartAsync() => StartAsync(Time, Storage, []);

    public async Task<TestClient> ConnectAsync() => new(await _listener.ConnectAsync());

    public Uuid IdOf(string topic) => Parts.Image.Topics.TryGet(topic, out TopicImage? found) ? found.Id : Uuid.Zero;

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

    public async ValueTask DisposeAsync()
    {
        Parts.Groups.Dispose();
        await _server.DisposeAsync();
        await Parts.DisposeAsync();
    }

    private static async Task<GroupFixture> StartAsync(FakeTimeProvider time, MemoryStorage storage, string[] settings)
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
        int seed = 0;
        var parts = new BrokerParts(
            new BrokerOptions
            {
                Config = config,
                Storage = storage,
                Time = time,
                CreateRandom = () => new Random(++seed),
                Loggers = NullLoggerFactory.Instance,
                LoggerLevels = new LoggerLevels(LogLevel.Information),
            },
            []);
        await parts.StartAsync(CancellationToken.None);
        return new GroupFixture(parts, time, storage);
    }
}

/// <summary>What clients of groups ask, in short.</summary>
internal static class GroupClient
{
    public static async Task<ErrorCode> FindAsync(this TestClient client, string group) =>
        (await client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { Key = group }, 0)).ErrorCode;

    public static Task<JoinGroupResponse> JoinAsync(this TestClient client, short version, string group, string memberId = "") =>
        client.AskAsync<JoinGroupRequest, JoinGroupResponse>(
            new JoinGroupRequest
            {
                GroupId = group,
                MemberId = memberId,
                ProtocolType = "consumer",
                SessionTimeoutMs = 10_000,
                RebalanceTimeoutMs = version == 0 ? -1 : 30_000,
                Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = "range", Metadata = "meta"u8.ToArray() }],
            },
            version);

    /// <summary>Joins alone and assigns itself everything.</summary>
    public static async Task<JoinGroupResponse> SettleAsync(this TestClient client, string group)
    {
        JoinGroupResponse joined = await client.JoinAsync(4, group);
        joined = await client.JoinAsync(4, group, joined.MemberId);
        SyncGroupResponse synced = await client.SyncAsync(0, group, joined);
        Assert.Equal("all", Encoding.UTF8.GetString(synced.Assignment.Span));
        return joined;
    }

    public static Task<SyncGroupResponse> SyncAsync(this TestClient client, short version, string group, JoinGroupResponse joined) =>
        client.AskAsync<SyncGroupRequest, SyncGroupResponse>(
            new SyncGroupRequest
            {
                GroupId = group,
                MemberId = joined.MemberId,
                GenerationId = joined.GenerationId,
                ProtocolType = version >= 5 ? "consumer" : null,
                ProtocolName = version >= 5 ? "range" : null,
                Assignments = [new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = joined.MemberId, Assignment = "all"u8.ToArray() }],
            },
            version);

    public static async Task<OffsetCommitResponse.OffsetCommitResponseTopic> CommitAsync(
        this TestClient client, short version, string group, string topic, Uuid topicId, long offset, params int[] partitions) =>
        (await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
            new OffsetCommitRequest
            {
                GroupId = group,
                Topics =
                [
                    new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = version < 10 ? topic : "",
                        TopicId = version < 10 ? default : topicId,
                        Partitions =
                        [
                            .. partitions.Select(partition => new OffsetCommitRequest.OffsetCommitRequestPartition
                            {
                                PartitionIndex = partition,
                                CommittedOffset = offset,
                                CommittedLeaderEpoch = version >= 6 ? 4 : -1,
                                CommittedMetadata = "note",
                            }),
                        ],
                    },
                ],
            },
            version)).Topics[0];
}
