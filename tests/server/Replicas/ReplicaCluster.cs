using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Replication.Following;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Replication.Throttling;
using Compat.Server.Fetching;
using Compat.Server.Handlers;
using Compat.Server.Peers;
using Compat.Server.Platform;
using Compat.Server.Tests.Peers;
using Compat.Server.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Server.Tests.Replicas;

/// <summary>
/// The data side of several brokers: logs, partitions, fetchers and the Fetch handler, over the transport in memory. The test
/// is the controller.
/// </summary>
internal sealed class ReplicaCluster : IAsyncDisposable
{
    public const string Topic = "t";

    private readonly Lock _lock = new();
    private readonly MemoryDialer _dialer = new();
    private readonly Dictionary<int, ReplicaBroker> _brokers = [];
    private readonly List<IMetadataRecord> _log = [];
    private MetadataImage _image = MetadataImage.Empty;

    public ReplicaCluster(int brokers, LogConfig? config = null, int maxWaitMs = 500)
    {
        Config = config ?? LogConfig.Default;
        MaxWaitMs = maxWaitMs;
        for (int id = 1; id <= brokers; id++)
        {
            Start(id, new MemoryStorage(TimeProvider.System));
        }
    }

    public static Uuid TopicId => new(3, 3);

    public LogConfig Config { get; }

    /// <summary>How long leaders hold fetches of followers.</summary>
    public int MaxWaitMs { get; }

    /// <summary>Whether brokers that start have copied more just now than they may in any time.</summary>
    public bool AreQuotasUsedUp { get; set; }

    public MetadataImage Image => _image;

    public ReplicaBroker this[int id] => _brokers[id];

    public IEnumerable<ReplicaBroker> Brokers => _brokers.Values;

    /// <summary>Starts a broker over what its disk has.</summary>
    public void Start(int id, MemoryStorage disk)
    {
        var broker = new ReplicaBroker(this, id, disk, _dialer);
        _brokers[id] = broker;
        Change(new RegisterBrokerRecord
        {
            BrokerId = id,
            BrokerEpoch = _log.Count,
            IncarnationId = broker.IncarnationId,
            Fenced = false,
            EndPoints = [new() { Name = "PLAINTEXT", Host = $"host{id}", Port = 9092 }],
        });
    }

    /// <summary>Stops a broker and gives its disk back.</summary>
    public async Task<MemoryStorage> StopAsync(int id)
    {
        ReplicaBroker broker = _brokers[id];
        lock (_lock)
        {
            _brokers.Remove(id);
        }

        await broker.DisposeAsync();
        return broker.Disk;
    }

    /// <summary>The metadata log grows, and every broker follows.</summary>
    public void Change(params IMetadataRecord[] records)
    {
        lock (_lock)
        {
            _log.AddRange(records);
            _image = Apply(_image, records, out _);
            foreach (ReplicaBroker broker in _brokers.Values)
            {
                broker.Follow(_log);
            }
        }
    }

    public void CreateTopic(params int[] replicas)
    {
        Change(new TopicRecord { Name = Topic, TopicId = TopicId });
        AddPartition(0, replicas);
    }

    public void AddPartition(int index, params int[] replicas) => Change(
        new PartitionRecord
        {
            TopicId = TopicId,
            PartitionId = index,
            Replicas = [.. replicas],
            Isr = [.. replicas],
            Leader = replicas[0],
            LeaderEpoch = 0,
            PartitionEpoch = 0,
            Directories = [.. replicas.Select(_ => DirectoryIds.Unassigned)],
        });

    public void Elect(int leader, params int[] isr) =>
        Change(new PartitionChangeRecord { TopicId = TopicId, PartitionId = 0, Leader = leader, Isr = [.. isr] });

    /// <summary>The controller agrees to every proposal that is of the present state.</summary>
    public void Accept(IsrProposal proposal)
    {
        lock (_lock)
        {
            PartitionRegistration now = _image.Topics.TryGet(TopicId, out TopicImage? topic) ? topic.Partitions[0] : throw new InvalidOperationException();
            if (now.PartitionEpoch == proposal.PartitionEpoch && now.LeaderEpoch == proposal.LeaderEpoch)
            {
                Change(new PartitionChangeRecord { TopicId = TopicId, PartitionId = 0, Isr = [.. proposal.NewIsr.Select(member => member.BrokerId)] });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ReplicaBroker broker in _brokers.Values)
        {
            await broker.DisposeAsync();
        }
    }

    internal static MetadataImage Apply(MetadataImage image, IEnumerable<IMetadataRecord> records, out MetadataDelta delta)
    {
        delta = new MetadataDelta(image);
        long offset = image.Provenance.LastContainedOffset;
        foreach (IMetadataRecord record in records)
        {
            delta.Replay(new MetadataRecord(record, 0));
            offset++;
        }

        return delta.Apply(new MetadataProvenance(offset, 1, 0, true));
    }
}

/// <summary>One broker of the cluster.</summary>
internal sealed class ReplicaBroker : IIsrChanges, IAsyncDisposable
{
    private readonly ReplicaCluster _cluster;
    private readonly LogManager _logs;
    private readonly PartitionRegistry _registry;
    private readonly FollowerFetchers _fetchers;
    private readonly DeadlineQueue _deadlines = new(TimeProvider.System);
    private readonly ConnectionServer _server;
    private MetadataImage _image = MetadataImage.Empty;
    private int _followed;

    public ReplicaBroker(ReplicaCluster cluster, int id, MemoryStorage disk, MemoryDialer dialer)
    {
        _cluster = cluster;
        Id = id;
        Disk = disk;
        var random = new Random();
        IncarnationId = Uuid.Create(random);
        TimeProvider time = TimeProvider.System;
        var context = new LogContext(disk, time, random, NullLogger.Instance);
        _logs = LogManager.Open(context, new LogManagerOptions { LogDirs = ["/data"], ClusterId = "cluster", NodeId = id });
        _registry = new PartitionRegistry(
            new PartitionRegistryOptions(id, IncarnationId), _logs, (_, _) => cluster.Config, this, time, NullLogger<PartitionRegistry>.Instance);
        var peers = new PeerNetwork(dialer, new PeerOptions { ClientId = $"{id}", SoftwareVersion = "1.0" }, time);
        Throttle = new ReplicationThrottle(id, NewQuota(cluster.AreQuotasUsedUp), NewQuota(cluster.AreQuotasUsedUp));
        var options = new ReplicaFetchOptions
        {
            BrokerId = id,
            BackoffMs = 20,
            MaxWaitMs = cluster.MaxWaitMs,
            SocketTimeoutMs = 30_000 + cluster.MaxWaitMs,
            // A batch an answer.
            PartitionMaxBytes = 1,
            Throttle = Throttle,
        };
        _fetchers = new FollowerFetchers(options, peers, AddressOf, () => EpochOf(id), time, NullLogger<FollowerFetchers>.Instance);
        _registry.AddListener(_fetchers);
        Sessions = new FetchSessionCache(100, time, random);
        _server = Serve(new BrokerEndpoint("PLAINTEXT", $"host{id}", 9092, 0), dialer);
    }

    public int Id { get; }

    public MemoryStorage Disk { get; }

    public Uuid IncarnationId { get; }

    public FetchSessionCache Sessions { get; }

    public ReplicationThrottle Throttle { get; }

    public Partition Partition => PartitionAt(0);

    public Partition PartitionAt(int index) =>
        _registry.TryGet(ReplicaCluster.TopicId, index, out Partition? partition) ? partition : throw new InvalidOperationException();

    public void Follow(IReadOnlyList<IMetadataRecord> log)
    {
        _image = ReplicaCluster.Apply(_image, log.Skip(_followed), out MetadataDelta delta);
        _followed = log.Count;
        _registry.OnMetadataUpdate(delta, _image);
    }

    public void Submit(IsrProposal proposal) => ThreadPool.QueueUserWorkItem(_ => _cluster.Accept(proposal));

    public async ValueTask DisposeAsync()
    {
        await _fetchers.DisposeAsync();
        await _server.DisposeAsync();
        _deadlines.Dispose();
        _logs.Dispose();
    }

    private ConnectionServer Serve(BrokerEndpoint endpoint, MemoryDialer dialer)
    {
        TimeProvider time = TimeProvider.System;
        var lookup = new PartitionLookup(_registry, () => _image, (_, _) => null);
        ApiHandlers? all = null;
        all = new ApiHandlers(
        [
            new ApiVersionsHandler(() => all!, new Transport.TestIdentity()),
            new FetchHandler(lookup, null, Sessions, _deadlines, new BurstWork(), maxBytes: 50_000_000, Throttle),
            new ListOffsetsHandler(lookup),
        ]);
        var server = new ConnectionServer(new ConnectionLimits(), new RequestDispatcher(all, time, new BurstWork()), time, NullLogger.Instance);
        server.Start(endpoint.ListenerName, dialer.Listen(endpoint));
        return server;
    }

    private static ReplicationQuota NewQuota(bool isUsedUp)
    {
        var quota = new ReplicationQuota(TimeProvider.System, samples: 11, sample: TimeSpan.FromHours(1)) { BytesPerSecond = isUsedUp ? 0 : ReplicationQuota.Unlimited };
        quota.Record(1);
        return quota;
    }

    private long EpochOf(int id) => _image.Cluster.TryGetBroker(id, out BrokerRegistration? broker) ? broker.Epoch : -1;

    private BrokerEndpoint? AddressOf(int id) => _image.Cluster.TryGetBroker(id, out BrokerRegistration? broker) ? broker.Endpoint("PLAINTEXT") : null;
}
