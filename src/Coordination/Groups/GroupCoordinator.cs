using Compat.Coordination.Runtime;
using Microsoft.Extensions.Logging;

namespace Compat.Coordination.Groups;

/// <summary>
/// The coordinator of the groups whose partitions of <c>__consumer_offsets</c> this broker leads: membership in classic groups,
/// committed offsets, and what administrators ask about both. All methods may be called from any thread; a request's
/// memory must stay as it is until its answer is there.
/// </summary>
public sealed partial class GroupCoordinator : IDisposable
{
    private readonly GroupCoordinatorConfig _config;
    private readonly Func<int?> _partitionCount;
    private readonly CoordinatorRuntime<GroupShard> _runtime;
    private int _knownPartitionCount;

    /// <summary>A coordinator that leads no partition yet.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="partitionCount">The partitions that the internal topic has; null while it does not exist.</param>
    /// <param name="timeProvider">The clocks.</param>
    /// <param name="random">Where member ids come from.</param>
    /// <param name="logger">The log.</param>
    public GroupCoordinator(
        GroupCoordinatorConfig config, Func<int?> partitionCount, TimeProvider timeProvider, Random random, ILogger logger)
    {
        _config = config;
        _partitionCount = partitionCount;
        Metrics = new GroupCoordinatorMetrics();
        var environment = new GroupEnvironment(config, Metrics, logger);
        var options = new RuntimeOptions("Group coordinator", config.CommitTimeoutMs, config.OffsetsTopicCompression);
        _runtime = new CoordinatorRuntime<GroupShard>(
            new ShardHostEnvironment<GroupShard>(options, _ => new GroupShard(environment), timeProvider, random, logger));
    }

    /// <summary>What the coordinator counts.</summary>
    public GroupCoordinatorMetrics Metrics { get; }

    /// <summary>The configuration.</summary>
    public GroupCoordinatorConfig Config => _config;

    /// <summary>True when no partition is being loaded: every group that is led here can be served.</summary>
    public bool IsLoaded => _runtime.IsLoaded;

    /// <summary>The partition of <c>__consumer_offsets</c> that a group belongs to.</summary>
    public int PartitionFor(string groupId)
    {
        // The number is remembered: a group must not move when partitions are added while the broker runs.
        int count = _knownPartitionCount;
        if (count == 0)
        {
            if (_partitionCount() is not { } known)
            {
                return GroupPartitioner.PartitionFor(groupId, _config.OffsetsTopicPartitions);
            }

            _knownPartitionCount = count = known;
        }

        return GroupPartitioner.PartitionFor(groupId, count);
    }

    /// <summary>Starts to serve the groups of a partition that this broker now leads. An empty log is served on return, another one once it is loaded.</summary>
    internal void Elect(int partition, ICoordinatorLog log) => _runtime.Elect(partition, log);

    /// <summary>Stops to serve the groups of a partition; who waits is told NOT_COORDINATOR.</summary>
    internal void Resign(int partition) => _runtime.Resign(partition);

    /// <summary>Removes the offsets of topics that were deleted.</summary>
    internal async Task TopicsDeletedAsync(IReadOnlyList<DeletedTopic> topics) =>
        await _runtime.RunOnAllAsync(GroupShard.TopicsDeletedDecision, topics).ConfigureAwait(false);

    /// <summary>The groups and offsets of all partitions that are led here and loaded.</summary>
    public async ValueTask<GroupCoordinatorSnapshot> SnapshotAsync()
    {
        List<GroupCoordinatorSnapshot> shards = await _runtime.RunOnAllAsync(GroupShard.SnapshotDecision, null).ConfigureAwait(false);
        return new GroupCoordinatorSnapshot(
            [.. shards.SelectMany(shard => shard.Groups)], [.. shards.SelectMany(shard => shard.Offsets)]);
    }

    /// <summary>Stops to serve all partitions.</summary>
    public void Dispose() => _runtime.Dispose();
}
