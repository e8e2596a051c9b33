using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Compat.Coordination.Groups;
using Compat.Log;
using Compat.Replication.Brokers;
using Compat.Replication.Controller;
using Compat.Replication.Following;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Replication.Quorum;
using Compat.Replication.Throttling;
using Compat.Server.Configuration;
using Compat.Server.Fetching;
using Compat.Server.Forwarding;
using Compat.Server.Handlers;
using Compat.Server.Peers;
using Compat.Server.Platform;
using Compat.Server.Transport;
using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Hosting;

/// <summary>
/// The parts of a broker, made once and put together by hand, in the order in which they need each other. Handlers take
/// what they need from here.
/// </summary>
internal sealed class BrokerParts : IBrokerIdentity, IAsyncDisposable
{
    private readonly KRaftQuorum _quorum;
    private readonly SnapshotGenerator _snapshots;
    private readonly DirectoryAssignments _directories;
    private readonly TaskCompletionSource<Exception> _fatal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ControllerChannel _heartbeats;
    private readonly ControllerChannel _controllerChannel;
    private readonly BrokerProbe _probe;
    private readonly ControllerRegistrar? _registrar;

    public BrokerParts(
        BrokerOptions options, IChannelDialer dialer, IReadOnlyList<BoundListener> listeners, IReadOnlyList<BoundListener> controllerListeners)
    {
        Options = options;
        BrokerConfig config = options.Config;
        IncarnationId = Uuid.Create(options.CreateRandom());
        ClusterId = ClusterIds.Find(options);
        Deadlines = new DeadlineQueue(options.Time);
        Config = new DynamicBrokerConfig(config, options.Loggers.CreateLogger<DynamicBrokerConfig>());
        Advertised = new AdvertisedAddresses(config.Listeners.Advertised, listeners.Select(listener => listener.Endpoint));
        LogContext = new LogContext(options.Storage, options.Time, options.CreateRandom(), options.Loggers.CreateLogger<PartitionLog>())
        {
            ProducerIdExpirationMs = config.Producers.ProducerIdExpirationMs,
            MaxDecompressedBytes = config.Storage.MaxDecompressedMessageBytes,
            Flushes = options.StartFlushes(),
        };
        Logs = LogManager.Open(LogContext, LogOptions.From(config, ClusterId, options.IsEphemeral));
        var peers = new PeerNetwork(dialer, new PeerOptions { ClientId = $"{NodeId}", SoftwareVersion = StartLine.Version }, options.Time);
        _quorum = new KRaftQuorum(
            LogOptions.Quorum(config, ClusterId, Logs.Directories, ControllerEndpoints(config, controllerListeners)), LogContext, options.CreateRandom(), peers);
        Controller = null!;
        Lifecycle = null!;
        Loader = new MetadataLoader(OnLeaderChange, cause => _fatal.TrySetResult(cause));
        Controller = new QuorumController(
            LogOptions.Controller(config, ClusterId), _quorum, Loader, new ConfigValidator(Config), options.Time, options.CreateRandom());
        TopicConfigs = new TopicLogConfigs(Config, options.Loggers.CreateLogger<TopicLogConfigs>());
        IsrKeeper = new IsrKeeper(
            NodeId, () => Lifecycle.BrokerEpoch, () => _controllerChannel!, options.Time, options.Loggers.CreateLogger<IsrKeeper>());
        Partitions = new PartitionRegistry(
            new PartitionRegistryOptions(NodeId, IncarnationId, config.Replication.LagTimeMaxMs, config.Replication.FetchWaitMaxMs), Logs, TopicConfigs.Of, IsrKeeper, options.Time, options.Loggers.CreateLogger<PartitionRegistry>());
        _snapshots = new SnapshotGenerator(
            _quorum, Loader, LogOptions.Snapshots(config), options.Time, options.Loggers.CreateLogger<SnapshotGenerator>());
        _heartbeats = new ControllerChannel(Controller, () => _quorum.Leader, AddressOfController, peers);
        _controllerChannel = new ControllerChannel(Controller, () => _quorum.Leader, AddressOfController, peers);
        _probe = new BrokerProbe(Controller, peers, config.Listeners.InterBrokerListenerName);
        if (controllerListeners.Count > 0)
        {
            _registrar = new ControllerRegistrar(
                NodeId, IncarnationId, [.. controllerListeners.Select(AdvertisedAddresses.OfController)], _controllerChannel, options.Time, options.Loggers.CreateLogger<ControllerRegistrar>());
            Loader.AddPublisher(_registrar);
        }

        Lifecycle = new BrokerLifecycle(
            LogOptions.Lifecycle(config, ClusterId, IncarnationId, Logs, [.. listeners.Select(Describe)]),
            _heartbeats,
            () => [.. Logs.Directories.Where(directory => !directory.IsOnline).Select(directory => directory.DirectoryId)],
            options.Time,
            options.Loggers.CreateLogger<BrokerLifecycle>());
        Logs.OnDirectoryOffline = _ => Lifecycle.SendNow();
        Forwarder = new Forwarder(Controller, _controllerChannel, config.Brokers.RequestTimeout, options.Time);
        ProducerIds = ProducerIdManager.Of(_controllerChannel, NodeId, () => Lifecycle.BrokerEpoch);
        _directories = new DirectoryAssignments(NodeId, () => Lifecycle.BrokerEpoch, Logs, _controllerChannel, options.Time);
        Lookup = new PartitionLookup(Partitions, () => Loader.Image, AddressOf);
        PreferredReplicas = config.Replication.SelectsByRack ? new PreferredReplicas(() => Loader.Image.Cluster) : null;
        Vanished = new VanishedBrokers(Loader, options.Time);
        Throttle = new ReplicationThrottle(NodeId, NewQuota(config.Replication), NewQuota(config.Replication));
        Followers = new FollowerFetchers(
            LogOptions.Followers(config) with { Throttle = Throttle }, peers, AddressOfBroker, () => Lifecycle.BrokerEpoch, options.Time, options.Loggers.CreateLogger<FollowerFetchers>(), Vanished.Add);
        FetchSessions = new FetchSessionCache(config.Network.FetchSessionSlots, options.Time, options.CreateRandom());
        TopicCreator = new AutoTopicCreator(_controllerChannel, Loader, GroupOptions.Topics(config.Groups), options.Loggers.CreateLogger<AutoTopicCreator>());
        Groups = new GroupCoordinator(
            GroupOptions.From(config.Groups), OffsetsTopicPartitions, options.Time, options.CreateRandom(), options.Loggers.CreateLogger<GroupCoordinator>());
        Partitions.AddListener(Groups);
        Partitions.AddListener(Followers);

        // The order matters: a topic's settings are known before its logs are made, and a snapshot is of what all have followed.
        Loader.AddPublisher(Config);
        Loader.AddPublisher(Partitions);
        Loader.AddPublisher(_directories);
        Loader.AddPublisher(Groups);
        Loader.AddPublisher(_snapshots);
        Loader.AddPublisher(Lifecycle);
    }

    public BrokerOptions Options { get; }

    public string ClusterId { get; }

    public int NodeId => Options.Config.Node.NodeId;

    public Uuid IncarnationId { get; }

    public DynamicBrokerConfig Config { get; }

    public TopicLogConfigs TopicConfigs { get; }

    public AdvertisedAddresses Advertised { get; }

    public DeadlineQueue Deadlines { get; }

    public BurstWork Owed { get; } = new();

    public LogContext LogContext { get; }

    public LogManager Logs { get; }

    public IMetadataQuorum Quorum => _quorum;

    /// <summary>What other nodes of the quorum ask of this one.</summary>
    public IQuorumServer QuorumServer => _quorum;

    public MetadataLoader Loader { get; }

    public MetadataImage Image => Loader.Image;

    public QuorumController Controller { get; }

    public BrokerLifecycle Lifecycle { get; }

    public Forwarder Forwarder { get; }

    public PartitionRegistry Partitions { get; }

    public IsrKeeper IsrKeeper { get; }

    public FollowerFetchers Followers { get; }

    /// <summary>Brokers that the metadata does not know yet to be gone.</summary>
    public VanishedBrokers Vanished { get; }

    /// <summary>What may be copied to and from replicas that are throttled.</summary>
    public ReplicationThrottle Throttle { get; }

    /// <summary>Sends clients to replicas that are nearer; null unless replica.selector.class asks for it.</summary>
    public PreferredReplicas? PreferredReplicas { get; }

    public PartitionLookup Lookup { get; }

    public ProducerIdManager ProducerIds { get; }

    public FetchSessionCache FetchSessions { get; }

    public IAutoTopicCreator TopicCreator { get; }

    public GroupCoordinator Groups { get; }

    /// <summary>Completes when the broker cannot go on, with the reason.</summary>
    public Task<Exception> Fatal => _fatal.Task;

    public IEnumerable<(string Name, short Min, short Max)> SupportedFeatures =>
        FeatureCatalog.Supported.Select(feature => (feature.Key, feature.Value.Min, feature.Value.Max));

    public IEnumerable<(string Name, short Level)> FinalizedFeatures
    {
        get
        {
            FeaturesImage features = Image.Features;
            IEnumerable<(string, short)> others = features.Finalized.Select(feature => (feature.Key, feature.Value));
            return others
                .Append((MetadataVersion.FeatureName, features.LevelOf(MetadataVersion.FeatureName)))
                .Append((FeatureCatalog.KRaftVersion, _quorum.KRaftVersion));
        }
    }

    public long FinalizedFeaturesEpoch => Image.Provenance.LastContainedOffset;

    /// <summary>Where the client of a connection reaches a broker; null when the broker does not listen where the client came by.</summary>
    public (string Host, int Port)? AddressOf(int brokerId, ConnectionInfo connection)
    {
        if (brokerId == NodeId)
        {
            return Advertised.For(connection);
        }

        return Image.Cluster.TryGetBroker(brokerId, out BrokerRegistration? broker) && broker.Endpoint(connection.ListenerName) is { } endpoint
            ? (endpoint.Host, endpoint.Port)
            : null;
    }

    /// <summary>Replays the metadata, opens the logs, and takes the lead of the partitions; ends with the reason when that cannot be.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _quorum.Start(Loader);
        _registrar?.Start();
        if (Options.Config.Node.IsBroker)
        {
            // Whoever could not follow the metadata would wait for the controller in vain.
            Task serving = Lifecycle.StartAsync(cancellationToken);
            if (await Task.WhenAny(serving, Fatal) != serving)
            {
                ExceptionDispatchInfo.Throw(await Fatal);
            }

            await serving;
            _directories.Start();
        }

        Logs.Start();
        IsrKeeper.Start(Partitions, Options.Config.Replication.LagTimeMaxMs);
    }

    public async ValueTask DisposeAsync()
    {
        Groups.Dispose();
        await Followers.DisposeAsync();
        await IsrKeeper.DisposeAsync();
        _directories.Dispose();
        try
        {
            await Lifecycle.DisposeAsync();
            if (_registrar is not null)
            {
                await _registrar.DisposeAsync();
            }

            Controller.Dispose();
            await _heartbeats.DisposeAsync();
            await _controllerChannel.DisposeAsync();
            await _quorum.DisposeAsync();
        }
        finally
        {
            // Whatever the metadata log's device says, the other logs are closed well.
            await _snapshots.StopAsync();
            Logs.Close(Lifecycle.BrokerEpoch);
            Deadlines.Dispose();
        }
    }

    private void OnLeaderChange(LeaderAndEpoch leader)
    {
        Controller.OnLeaderChange(leader);
        // A new controller supposes that brokers live; those that do say so at once, and it looks for the others.
        Lifecycle.SendNow();
        if (Controller.IsActive)
        {
            _ = _probe.RunAsync(Loader.Image);
        }
    }

    private BrokerEndpoint? AddressOfController(int nodeId) =>
        _quorum.Describe().Voters.FirstOrDefault(voter => voter.NodeId == nodeId)?.Endpoints.FirstOrDefault();

    private BrokerEndpoint? AddressOfBroker(int nodeId) =>
        Image.Cluster.TryGetBroker(nodeId, out BrokerRegistration? broker) ? broker.Endpoint(Options.Config.Listeners.InterBrokerListenerName) : null;

    private int? OffsetsTopicPartitions() =>
        Image.Topics.TryGet(TopicName.ConsumerOffsets, out TopicImage? topic) ? topic.Partitions.Length : null;

    /// <summary>Where the others reach this node as a controller: as the voters' setting says, or where it listens.</summary>
    private static ImmutableArray<BrokerEndpoint> ControllerEndpoints(BrokerConfig config, IReadOnlyList<BoundListener> listeners)
    {
        (int _, string host, int port) = config.Quorum.Voters.FirstOrDefault(voter => voter.NodeId == config.Node.NodeId);
        return
        [
            .. listeners.Select(listener => listener.Endpoint).Select(endpoint => endpoint.Name == config.Quorum.ListenerName && host is not null
                ? new BrokerEndpoint(endpoint.Name, host, port, (short)endpoint.Protocol)
                : new BrokerEndpoint(endpoint.Name, endpoint.Host ?? "localhost", endpoint.Port, (short)endpoint.Protocol)),
        ];
    }

    private ReplicationQuota NewQuota(ReplicationConfig config) => new(Options.Time, config.QuotaSamples, config.QuotaSample);

    private BrokerEndpoint Describe(BoundListener listener)
    {
        (string host, int port) = Advertised.For(listener.Endpoint.Name);
        return new BrokerEndpoint(listener.Endpoint.Name, host, port, (short)listener.Endpoint.Protocol);
    }
}
