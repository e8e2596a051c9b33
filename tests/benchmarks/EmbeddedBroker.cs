using Compat.Log;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Hosting;
using Compat.Server.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Benchmarks.Tests;

/// <summary>A whole broker with its files in memory and no sockets, that leads a topic of one partition and all groups.</summary>
internal sealed class EmbeddedBroker : IAsyncDisposable
{
    public const string Topic = "orders";
    public const string Group = "group";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SocketChannelDialer _dialer;

    private EmbeddedBroker(BrokerParts parts, SocketChannelDialer dialer)
    {
        Parts = parts;
        _dialer = dialer;
    }

    public BrokerParts Parts { get; }

    public Uuid TopicId => Parts.Image.Topics.TryGet(Topic, out TopicImage? found) ? found.Id : Uuid.Zero;

    /// <summary>The log of <see cref="Topic"/>.</summary>
    public PartitionLog Log =>
        Parts.Logs.TryGet(new TopicPartition(Topic, 0), out PartitionLog? log) ? log : throw new InvalidOperationException("there is no log");

    public static async Task<EmbeddedBroker> StartAsync()
    {
        var options = new BrokerOptions
        {
            Config = BrokerConfig.Load(new ConfigInputs
            {
                Host = new HostProfile(IsContainer: false, "/data"),
                Overrides = OverrideSource.Parse(["log.dirs=/data", "offsets.topic.replication.factor=1", "offsets.topic.num.partitions=1"]),
            }),
            Storage = new MemoryStorage(TimeProvider.System),
            Time = TimeProvider.System,
            CreateRandom = () => new Random(1),
            Loggers = NullLoggerFactory.Instance,
        };
        var dialer = new SocketChannelDialer(new SocketOptions(-1, -1, 50));
        var broker = new EmbeddedBroker(new BrokerParts(options, dialer, [], []), dialer);
        await broker.Parts.StartAsync(CancellationToken.None);
        await broker.CreateTopicAsync(Topic);
        await broker.CreateTopicAsync("__consumer_offsets");
        if (!SpinWait.SpinUntil(() => broker.Parts.Groups.IsLoaded, Patience))
        {
            throw new InvalidOperationException("the groups were not loaded");
        }

        return broker;
    }

    /// <summary>Appends records to <see cref="Topic"/>, so that consumers see them.</summary>
    public void Append(byte[] batch)
    {
        if (!Parts.Partitions.TryGet(Topic, 0, out Partition? partition)
            || partition.AppendAsLeader(batch, 1, AppendOrigin.Client).ErrorCode != ErrorCode.None)
        {
            throw new InvalidOperationException("nothing was appended");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Parts.Groups.Dispose();
        await Parts.DisposeAsync();
        _dialer.Dispose();
    }

    private async Task CreateTopicAsync(string name)
    {
        var request = new CreateTopicsRequest
        {
            Topics = [new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = 1, ReplicationFactor = 1 }],
        };
        CreateTopicsResponse response = await Parts.Controller.CreateTopicsAsync(request, default);
        if (response.Topics[0].ErrorCode != ErrorCode.None)
        {
            throw new InvalidOperationException($"{name}: {response.Topics[0].ErrorCode}");
        }
    }
}
