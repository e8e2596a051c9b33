using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Replication.Peers;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Following;

/// <summary>
/// Keeps the replicas of this broker that do not lead like their leaders: one fetcher a leader, or num.replica.fetchers of
/// them, each for many partitions. Follows the image through the registry.
/// </summary>
public sealed class FollowerFetchers : IPartitionListener, IAsyncDisposable
{
    private readonly FetcherEnvironment _environment;
    private readonly Lock _lock = new();
    private readonly Dictionary<Partition, (LeaderFetcher Fetcher, int LeaderId, int LeaderEpoch)> _assigned = [];
    private readonly Dictionary<(int LeaderId, int Index), LeaderFetcher> _fetchers = [];
    private readonly HashSet<LeaderFetcher> _withNews = [];
    private readonly List<Task> _ending = [];
    private bool _isStopped;

    /// <summary>Makes fetchers that follow nothing yet.</summary>
    /// <param name="options">How to fetch.</param>
    /// <param name="peers">The other brokers.</param>
    /// <param name="endpointOf">Where brokers reach a broker; null while that is not known.</param>
    /// <param name="brokerEpoch">The epoch of this broker's registration.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where events are said.</param>
    /// <param name="onLost">Told at once of a leader to whom the connection broke; it must not wait.</param>
    public FollowerFetchers(
        ReplicaFetchOptions options,
        IPeers peers,
        Func<int, BrokerEndpoint?> endpointOf,
        Func<long> brokerEpoch,
        TimeProvider time,
        ILogger<FollowerFetchers> logger,
        Action<int>? onLost = null) =>
        _environment = new FetcherEnvironment(options, peers, endpointOf, brokerEpoch, time, logger, onLost);

    /// <inheritdoc/>
    public void OnLeading(Partition partition) => Release(partition);

    /// <inheritdoc/>
    public void OnGone(Partition partition) => Release(partition);

    /// <inheritdoc/>
    public void OnFollowing(Partition partition)
    {
        (int leaderId, int leaderEpoch) = (partition.LeaderId, partition.LeaderEpoch);
        lock (_lock)
        {
            if (_assigned.TryGetValue(partition, out var now) && (now.LeaderId, now.LeaderEpoch) == (leaderId, leaderEpoch))
            {
                return;
            }
            Release(partition);
            if (_isStopped || leaderId == PartitionRegistration.NoLeader || leaderId == _environment.Options.BrokerId)
            {
                return;
            }
            LeaderFetcher fetcher = FetcherFor(leaderId, partition);
            fetcher.Partitions.Set(partition, leaderEpoch);
            _withNews.Add(fetcher);
            _assigned[partition] = (fetcher, leaderId, leaderEpoch);
        }
    }

    /// <inheritdoc/>
    public void OnFollowed(MetadataImage image)
    {
        lock (_lock)
        {
            // Once for all partitions of an image.
            foreach (LeaderFetcher fetcher in _withNews)
            {
                fetcher.WakeUp();
            }
            _withNews.Clear();
            foreach (((int, int) key, LeaderFetcher fetcher) in _fetchers.Where(entry => entry.Value.Partitions.Count == 0).ToArray())
            {
                _fetchers.Remove(key);
                _ending.RemoveAll(task => task.IsCompleted);
                _ending.Add(fetcher.DisposeAsync().AsTask());
            }
        }
    }

    /// <summary>Stops all fetchers; no log is appended to afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] ending;
        lock (_lock)
        {
            _isStopped = true;
            ending = [.. _ending, .. _fetchers.Values.Select(fetcher => fetcher.DisposeAsync().AsTask())];
            _fetchers.Clear();
        }
        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    private void Release(Partition partition)
    {
        lock (_lock)
        {
            if (_assigned.Remove(partition, out var now))
            {
                now.Fetcher.Partitions.Remove(partition);
            }
        }
    }

    private LeaderFetcher FetcherFor(int leaderId, Partition partition)
    {
        int index = (int)((uint)HashCode.Combine(partition.TopicId, partition.TopicPartition.Partition) % (uint)_environment.Options.FetchersPerLeader);
        if (!_fetchers.TryGetValue((leaderId, index), out LeaderFetcher? fetcher))
        {
            fetcher = new LeaderFetcher(_environment, leaderId);
            _fetchers.Add((leaderId, index), fetcher);
        }
        return fetcher;
    }
}
