using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Compat.Log;
using Compat.Log.Configuration;
using Compat.Replication.Metadata;
using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Partitions;

/// <summary>
/// The partitions of which this broker has a replica, kept in step with the metadata: logs are made and deleted,
/// settings followed, roles taken. Finding a partition takes no lock and allocates nothing.
/// </summary>
/// <remarks>
/// The broker leads nothing before its own registration is in the image, because until then the leader epochs are those
/// of its former process.
/// </remarks>
public sealed partial class PartitionRegistry : IMetadataPublisher
{
    private readonly ConcurrentDictionary<string, TopicPartitions> _byName = new();
    private readonly ConcurrentDictionary<Uuid, TopicPartitions> _byId = new();
    private readonly List<IPartitionListener> _listeners = [];
    private readonly PartitionRegistryOptions _options;
    private readonly PartitionEnvironment _environment;
    private readonly LogManager _logs;
    private readonly Func<MetadataImage, string, LogConfig> _configOf;
    private readonly ILogger _logger;
    private bool _isLoaded;
    private bool _isRegistered;
    private int _count;

    /// <summary>Makes an empty registry, to be added to the loader.</summary>
    /// <param name="options">Which broker this is.</param>
    /// <param name="logs">The logs; loaded with the first image.</param>
    /// <param name="configOf">The settings of a topic's logs in an image; called from several threads at the start.</param>
    /// <param name="isrChanges">Where leaders ask for changes of their in-sync sets.</param>
    /// <param name="time">For waits.</param>
    /// <param name="logger">Where failures are said.</param>
    public PartitionRegistry(
        PartitionRegistryOptions options,
        LogManager logs,
        Func<MetadataImage, string, LogConfig> configOf,
        IIsrChanges isrChanges,
        TimeProvider time,
        ILogger<PartitionRegistry> logger)
    {
        _options = options;
        _logs = logs;
        _configOf = configOf;
        _environment = new PartitionEnvironment(options, isrChanges, time);
        _logger = logger;
    }

    /// <summary>Number of partitions.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What was done to partitions that are no more.</summary>
    public PartitionCounters Retired { get; } = new();

    /// <summary>All partitions, in no particular order.</summary>
    public IEnumerable<Partition> All => _byId.Values.SelectMany(topic => topic.All);

    /// <summary>Adds a listener; before the quorum is started.</summary>
    public void AddListener(IPartitionListener listener) => _listeners.Add(listener);

    /// <summary>Finds a partition by its topic's name.</summary>
    public bool TryGet(TopicPartition partition, [NotNullWhen(true)] out Partition? found) =>
        TryGet(partition.Topic, partition.Partition, out found);

    /// <summary>Finds a partition by its topic's name.</summary>
    public bool TryGet(string topic, int partition, [NotNullWhen(true)] out Partition? found)
    {
        found = _byName.TryGetValue(topic, out TopicPartitions? partitions) ? partitions.Get(partition) : null;
        return found is not null;
    }

    /// <summary>Finds a partition by its topic's id.</summary>
    public bool TryGet(Uuid topicId, int partition, [NotNullWhen(true)] out Partition? found)
    {
        found = _byId.TryGetValue(topicId, out TopicPartitions? partitions) ? partitions.Get(partition) : null;
        return found is not null;
    }

    /// <inheritdoc/>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        Load(image);
        _environment.Cluster = image.Cluster;
        if (!_isRegistered && IsRegistered(image.Cluster))
        {
            _isRegistered = true;
            FollowOtherLeaders(image);
        }
        // The deletions first: a topic made again under the same name needs the name of the log.
        foreach (TopicImage topic in delta.Topics?.Deleted ?? [])
        {
            Delete(topic);
        }
        foreach (TopicDelta topic in delta.Topics?.Changed ?? [])
        {
            Follow(topic, image);
        }
        foreach (ConfigResource resource in delta.Configs?.Changed ?? [])
        {
            FollowConfig(resource, image);
        }
        _listeners.ForEach(listener => listener.OnFollowed(image));
    }

    private bool IsRegistered(ClusterImage cluster) =>
        cluster.TryGetBroker(_options.BrokerId, out BrokerRegistration? self) && self.IncarnationId == _options.IncarnationId;

    /// <summary>What the former process followed is followed on; what it led will be given a leader in a new epoch.</summary>
    private void FollowOtherLeaders(MetadataImage image)
    {
        foreach (Partition partition in All)
        {
            if (image.Topics.TryGet(partition.TopicId, out TopicImage? topic)
                && topic.Partition(partition.TopicPartition.Partition) is { } registration
                && registration.Leader != _options.BrokerId)
            {
                Follow(partition, registration);
            }
        }
    }

    private void Load(MetadataImage image)
    {
        if (_isLoaded)
        {
            return;
        }
        _isLoaded = true;
        _logs.LoadLogs(found => IsOurs(found, image) ? _configOf(image, found.TopicPartition.Topic) : null);
    }

    private bool IsOurs(FoundLog found, MetadataImage image) =>
        image.Topics.TryGet(found.TopicPartition.Topic, out TopicImage? topic)
        && (found.TopicId == Uuid.Zero || found.TopicId == topic.Id)
        && topic.Partition(found.TopicPartition.Partition) is { } partition
        && partition.Replicas.Contains(_options.BrokerId);

    private void Follow(TopicDelta delta, MetadataImage image)
    {
        LogConfig? config = null;
        foreach ((int index, PartitionRegistration registration) in delta.ChangedPartitions)
        {
            if (registration.Replicas.Contains(_options.BrokerId))
            {
                config ??= _configOf(image, delta.Name);
                Follow(new TopicPartition(delta.Name, index), delta.Id, registration, config);
            }
            else if (TryGet(delta.Id, index, out Partition? partition))
            {
                Remove(partition);
            }
        }
    }

    private void Follow(TopicPartition name, Uuid topicId, PartitionRegistration registration, LogConfig config)
    {
        if (!TryGet(topicId, name.Partition, out Partition? partition))
        {
            partition = Add(name, topicId, registration, config);
        }
        if (partition is not null && _isRegistered)
        {
            Follow(partition, registration);
        }
    }

    private void Follow(Partition partition, PartitionRegistration registration)
    {
        bool wasLeading = partition.IsLeader;
        if (partition.Follow(registration))
        {
            _listeners.ForEach(listener => listener.OnLeading(partition));
        }
        else if (!partition.IsLeader)
        {
            if (wasLeading)
            {
                _listeners.ForEach(listener => listener.OnNotLeading(partition));
            }
            _listeners.ForEach(listener => listener.OnFollowing(partition));
        }
    }

    private Partition? Add(TopicPartition name, Uuid topicId, PartitionRegistration registration, LogConfig config)
    {
        try
        {
            Uuid directory = registration.DirectoryOf(_options.BrokerId);
            PartitionLog log = _logs.GetOrCreate(name, topicId, config, DirectoryIds.IsReserved(directory) ? Uuid.Zero : directory);
            var partition = new Partition(log, topicId, registration, _environment);
            TopicPartitions topic = _byId.GetOrAdd(topicId, static id => new TopicPartitions());
            topic.Set(name.Partition, partition);
            _byName[name.Topic] = topic;
            Interlocked.Increment(ref _count);
            return partition;
        }
        catch (IOException e)
        {
            // The others serve on; this one is answered as a partition that is led elsewhere until a restart.
            LogNotOpened(name, e);
            return null;
        }
    }

    private void Delete(TopicImage topic)
    {
        if (!_byId.TryRemove(topic.Id, out TopicPartitions? partitions))
        {
            return;
        }
        _byName.TryRemove(new KeyValuePair<string, TopicPartitions>(topic.Name, partitions));
        foreach (Partition partition in partitions.All)
        {
            Stop(partition);
        }
    }

    private void Remove(Partition partition)
    {
        if (_byId.TryGetValue(partition.TopicId, out TopicPartitions? topic))
        {
            topic.Set(partition.TopicPartition.Partition, null);
        }
        Stop(partition);
    }

    private void Stop(Partition partition)
    {
        bool wasLeading = partition.IsLeader;
        partition.MarkDeleted();
        Retired.Add(partition.Counters);
        Interlocked.Decrement(ref _count);
        if (wasLeading)
        {
            _listeners.ForEach(listener => listener.OnNotLeading(partition));
        }
        _listeners.ForEach(listener => listener.OnGone(partition));
        try
        {
            _logs.Delete(partition.TopicPartition);
        }
        catch (IOException e)
        {
            LogNotDeleted(partition.TopicPartition, e);
        }
    }

    private void FollowConfig(ConfigResource resource, MetadataImage image)
    {
        switch (resource.Type)
        {
            case ConfigResourceType.Topic when _byName.TryGetValue(resource.Name, out TopicPartitions? topic):
                SetConfig(topic, _configOf(image, resource.Name));
                break;
            case ConfigResourceType.Broker when resource.Name.Length == 0 || resource == ConfigResource.Broker(_options.BrokerId):
                // The defaults of all topics.
                foreach ((string name, TopicPartitions topic) in _byName)
                {
                    SetConfig(topic, _configOf(image, name));
                }
                break;
        }
    }

    private static void SetConfig(TopicPartitions topic, LogConfig config)
    {
        foreach (Partition partition in topic.All)
        {
            partition.Log.Config = config;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The log of {Partition} could not be opened")]
    private partial void LogNotOpened(TopicPartition partition, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The log of {Partition} could not be deleted")]
    private partial void LogNotDeleted(TopicPartition partition, Exception exception);

    /// <summary>The partitions of one topic by index; one writer, any number of readers.</summary>
    private sealed class TopicPartitions
    {
        private volatile Partition?[] _partitions = [];

        public IEnumerable<Partition> All => _partitions.OfType<Partition>();

        public Partition? Get(int index)
        {
            Partition?[] partitions = _partitions;
            return (uint)index < (uint)partitions.Length ? partitions[index] : null;
        }

        public void Set(int index, Partition? partition)
        {
            Partition?[] partitions = _partitions;
            if (index >= partitions.Length)
            {
                Array.Resize(ref partitions, index + 1);
            }
            Volatile.Write(ref partitions[index], partition);
            _partitions = partitions;
        }
    }
}

/// <summary>Which broker the partitions are of.</summary>
/// <param name="BrokerId">node.id.</param>
/// <param name="IncarnationId">The id of this process, with which it registers.</param>
/// <param name="ReplicaLagTimeMaxMs">replica.lag.time.max.ms.</param>
/// <param name="FetchWaitMaxMs">replica.fetch.wait.max.ms.</param>
public sealed record PartitionRegistryOptions(int BrokerId, Uuid IncarnationId, long ReplicaLagTimeMaxMs = 30_000, int FetchWaitMaxMs = 500);
