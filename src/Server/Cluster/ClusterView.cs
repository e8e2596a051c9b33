using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Server.Handlers;
using Compat.Wire;

namespace Compat.Server.Cluster;

/// <summary>Where the client of a connection reaches a broker; null if the broker does not listen where the client came by.</summary>
internal delegate (string Host, int Port)? BrokerAddress(int brokerId, ConnectionInfo connection);

/// <summary>The cluster as the handlers that describe it see it. Each call of <see cref="Image"/> is one moment.</summary>
internal sealed class ClusterView
{
    private readonly Func<MetadataImage> _image;

    public ClusterView(string clusterId, Func<MetadataImage> image, BrokerAddress addressOf)
    {
        ClusterId = clusterId;
        _image = image;
        AddressOf = addressOf;
    }

    public string ClusterId { get; }

    public MetadataImage Image => _image();

    public BrokerAddress AddressOf { get; }

    /// <summary>
    /// The node that clients send what is the controller's. Every broker forwards it, so any one will do; -1 if none is there.
    /// </summary>
    public static int ControllerId(MetadataImage image)
    {
        foreach (BrokerRegistration broker in image.Cluster.Brokers.Values)
        {
            if (!broker.Fenced)
            {
                return broker.Id;
            }
        }

        return -1;
    }
}

/// <summary>
/// Describes partitions for one client at one moment. Brokers that have no listener where the client came by do not
/// exist for it. Lists that are equal are shared between partitions: an answer for ten thousand partitions has few.
/// </summary>
internal sealed class PartitionView
{
    private readonly MetadataImage _image;
    private readonly ClusterView _cluster;
    private readonly ConnectionInfo _connection;
    private readonly Dictionary<int, bool> _isReachable = [];
    private readonly List<int> _nobody = [];
    private ImmutableArray<int> _lastShared;
    private List<int> _lastList = [];

    public PartitionView(MetadataImage image, ClusterView cluster, ConnectionInfo connection)
    {
        _image = image;
        _cluster = cluster;
        _connection = connection;
    }

    /// <summary>Whether clients of this listener can reach the broker, be it fenced or not.</summary>
    public bool IsReachable(int brokerId)
    {
        if (!_isReachable.TryGetValue(brokerId, out bool reachable))
        {
            reachable = _image.Cluster.Brokers.ContainsKey(brokerId) && _cluster.AddressOf(brokerId, _connection) is not null;
            _isReachable[brokerId] = reachable;
        }

        return reachable;
    }

    /// <summary>The error of a partition whose leader cannot be named, or none.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="saysListenerNotFound">Whether the client knows LISTENER_NOT_FOUND: from Metadata v6 on.</param>
    public ErrorCode LeaderError(PartitionRegistration partition, bool saysListenerNotFound) =>
        IsReachable(partition.Leader) ? ErrorCode.None
        : saysListenerNotFound && _image.Cluster.Brokers.ContainsKey(partition.Leader) ? ErrorCode.ListenerNotFound
        : ErrorCode.LeaderNotAvailable;

    /// <summary>The brokers as a list to be written and never changed.</summary>
    public List<int> Share(ImmutableArray<int> brokers)
    {
        if (brokers.IsEmpty)
        {
            return _nobody;
        }

        if (_lastShared.IsDefault || !_lastShared.AsSpan().SequenceEqual(brokers.AsSpan()))
        {
            (_lastShared, _lastList) = (brokers, [.. brokers]);
        }

        return _lastList;
    }

    /// <summary>The replicas that cannot serve: unknown, fenced, unreachable, or in a directory that is lost.</summary>
    public List<int> OfflineReplicas(PartitionRegistration partition)
    {
        List<int>? offline = null;
        foreach (int replica in partition.Replicas)
        {
            if (IsOffline(partition, replica))
            {
                (offline ??= []).Add(replica);
            }
        }

        return offline ?? _nobody;
    }

    private bool IsOffline(PartitionRegistration partition, int replica) =>
        !_image.Cluster.TryGetBroker(replica, out BrokerRegistration? broker)
        || broker.Fenced
        || !IsReachable(replica)
        || !DirectoryIds.IsOnline(partition.DirectoryOf(replica), broker.Directories);
}
