using System.Collections.Immutable;
using Compat.Log;
using Compat.Replication.Brokers;
using Compat.Replication.Controller;
using Compat.Replication.Following;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Server.Configuration;
using Compat.Wire;

namespace Compat.Server.Hosting;

/// <summary>What the lower layers want to know of the configuration, in their own words.</summary>
internal static class LogOptions
{
    public static LogManagerOptions From(BrokerConfig config, string clusterId, bool isEphemeral) => new()
    {
        LogDirs = config.Storage.LogDirs,
        ClusterId = clusterId,
        NodeId = config.Node.NodeId,
        RecoveryThreadsPerDataDir = config.Storage.RecoveryThreadsPerDataDir,
        InitialTaskDelayMs = Milliseconds(config.Storage.InitialTaskDelay),
        RetentionCheckIntervalMs = Milliseconds(config.Storage.RetentionCheckInterval),
        FlushOffsetCheckpointIntervalMs = Milliseconds(config.Storage.RecoveryPointInterval),
        FlushStartOffsetCheckpointIntervalMs = Milliseconds(config.Storage.LogStartOffsetInterval),
        HighWatermarkCheckpointIntervalMs = Milliseconds(config.Storage.HighWatermarkInterval),
        ProducerIdExpirationCheckIntervalMs = Milliseconds(config.Producers.ExpirationCheckInterval),
        Cleaner = config.Cleaner,
        FlushOnClose = !isEphemeral,
    };

    /// <param name="config">The configuration.</param>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="directories">The log directories.</param>
    /// <param name="controllers">Where this node listens for controllers and brokers.</param>
    public static MetadataQuorumOptions Quorum(
        BrokerConfig config, string clusterId, IReadOnlyList<LogDirectory> directories, ImmutableArray<BrokerEndpoint> controllers)
    {
        string path = config.Metadata.LogDir ?? directories[0].Path;
        return new()
        {
            NodeId = config.Node.NodeId,
            LogDirectory = path,
            DirectoryId = (directories.FirstOrDefault(directory => directory.Path == path) ?? directories[0]).DirectoryId,
            ClusterId = clusterId,
            Endpoints = controllers,
            Voters = [.. config.Quorum.Voters.Select(voter => new Voter(
                voter.NodeId, Uuid.Zero, [new BrokerEndpoint(config.Quorum.ListenerName, voter.Host, voter.Port, (short)config.Listeners.ControllerProtocol)]))],
            BootstrapServers = [.. config.Quorum.BootstrapServers],
            CanBeVoter = config.Node.IsController,
            ControllerListener = config.Quorum.ListenerName,
            ControllerProtocol = (short)config.Listeners.ControllerProtocol,
            ElectionTimeoutMs = config.Quorum.ElectionTimeoutMs,
            FetchTimeoutMs = config.Quorum.FetchTimeoutMs,
            ElectionBackoffMaxMs = config.Quorum.ElectionBackoffMaxMs,
            RequestTimeoutMs = config.Quorum.RequestTimeoutMs,
            RetryBackoffMs = config.Quorum.RetryBackoffMs,
            FetchMaxBytes = config.Quorum.FetchMaxBytes,
            FetchSnapshotMaxBytes = config.Quorum.FetchSnapshotMaxBytes,
            SegmentBytes = config.Metadata.SegmentBytes,
            SegmentMs = config.Metadata.SegmentMs,
            MaxRetentionBytes = config.Metadata.RetentionBytes,
            MaxRetentionMs = config.Metadata.RetentionMs,
        };
    }

    public static ControllerOptions Controller(BrokerConfig config, string clusterId) => new()
    {
        NodeId = config.Node.NodeId,
        ClusterId = clusterId,
        DefaultPartitions = config.Topics.NumPartitions,
        DefaultReplicationFactor = (short)config.Topics.ReplicationFactor,
        DeleteTopicEnable = config.Topics.DeleteEnable,
        MinInsyncReplicas = config.Topics.Log.MinInsyncReplicas,
        UncleanLeaderElectionEnable = config.Topics.Log.UncleanLeaderElectionEnable,
        SessionTimeout = config.Brokers.SessionTimeout,
        LeaderBalanceInterval = config.Brokers.LeaderBalanceInterval,
        UncleanElectionInterval = config.Brokers.UncleanElectionInterval,
    };

    public static BrokerLifecycleOptions Lifecycle(
        BrokerConfig config, string clusterId, Uuid incarnationId, LogManager logs, ImmutableArray<BrokerEndpoint> endpoints) => new()
        {
            BrokerId = config.Node.NodeId,
            ClusterId = clusterId,
            IncarnationId = incarnationId,
            Endpoints = endpoints,
            Directories = [.. logs.Directories.Where(directory => directory.IsOnline).Select(directory => directory.DirectoryId)],
            Rack = config.Node.Rack,
            PreviousBrokerEpoch = logs.PreviousBrokerEpoch,
            HeartbeatInterval = config.Brokers.HeartbeatInterval,
            RegistrationTimeout = config.Brokers.RegistrationTimeout,
        };

    public static ReplicaFetchOptions Followers(BrokerConfig config) => new()
    {
        BrokerId = config.Node.NodeId,
        MaxWaitMs = config.Replication.FetchWaitMaxMs,
        MinBytes = config.Replication.FetchMinBytes,
        MaxBytes = config.Replication.FetchResponseMaxBytes,
        PartitionMaxBytes = config.Replication.FetchMaxBytes,
        BackoffMs = config.Replication.FetchBackoffMs,
        SocketTimeoutMs = config.Replication.SocketTimeoutMs,
        FetchersPerLeader = config.Replication.FetchersPerLeader,
    };

    public static SnapshotOptions Snapshots(BrokerConfig config) =>
        new(config.Metadata.MaxBytesBetweenSnapshots, config.Metadata.MaxSnapshotInterval ?? TimeSpan.Zero);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
