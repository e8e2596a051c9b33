using Compat.Replication.Metadata;

namespace Compat.Replication.Partitions;

/// <summary>What all partitions of a broker share. Safe for any number of threads.</summary>
internal sealed class PartitionEnvironment
{
    private readonly long _start;
    private volatile ClusterImage _cluster = ClusterImage.Empty;

    public PartitionEnvironment(PartitionRegistryOptions options, IIsrChanges isrChanges, TimeProvider time)
    {
        BrokerId = options.BrokerId;
        ReplicaLagTimeMaxMs = options.ReplicaLagTimeMaxMs;
        SureForMs = 2L * options.FetchWaitMaxMs;
        IsrChanges = isrChanges;
        Time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>node.id of this broker.</summary>
    public int BrokerId { get; }

    /// <summary>replica.lag.time.max.ms: how long a follower may lag behind before it leaves the ISR.</summary>
    public long ReplicaLagTimeMaxMs { get; }

    /// <summary>
    /// For how long after the last fetch of a follower in sync a leader is sure to lead: twice as long as fetches are held
    /// (replica.fetch.wait.max.ms), so that one without news is no reason for doubt.
    /// </summary>
    public long SureForMs { get; }

    /// <summary>Where changes of in-sync sets are asked for.</summary>
    public IIsrChanges IsrChanges { get; }

    /// <summary>The clock of waits.</summary>
    public TimeProvider Time { get; }

    /// <summary>Milliseconds of the monotonic clock. A wall clock that jumps must not throw followers out.</summary>
    public long NowMs => (long)Time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>The brokers as of the newest image.</summary>
    public ClusterImage Cluster
    {
        get => _cluster;
        set => _cluster = value;
    }

    /// <summary>The epoch of a broker's registration, -1 if it has none.</summary>
    public long BrokerEpochOf(int brokerId) => Cluster.TryGetBroker(brokerId, out BrokerRegistration? broker) ? broker.Epoch : -1;

    /// <summary>
    /// Whether the controller would take a replica into the ISR (KIP-841, KIP-903): its broker is alive, stays, and is the
    /// process that fetched.
    /// </summary>
    /// <param name="brokerId">The replica.</param>
    /// <param name="brokerEpoch">The broker epoch that it fetched with, -1 if it named none.</param>
    public bool MayJoinIsr(int brokerId, long brokerEpoch) =>
        Cluster.TryGetBroker(brokerId, out BrokerRegistration? broker)
        && broker.IsActive
        && (brokerEpoch == -1 || brokerEpoch == broker.Epoch);
}
