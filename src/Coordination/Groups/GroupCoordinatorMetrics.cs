namespace Compat.Coordination.Groups;

/// <summary>What the group coordinator counts since it was made. Any thread may read.</summary>
public sealed class GroupCoordinatorMetrics
{
    private long _completedRebalances;
    private long _offsetCommits;
    private long _offsetExpirations;
    private long _offsetDeletions;
    private long _groupDeletions;

    /// <summary>Rebalances of classic groups that got an assignment.</summary>
    public long CompletedRebalances => Interlocked.Read(ref _completedRebalances);

    /// <summary>Offsets committed, one for each partition of each commit.</summary>
    public long OffsetCommits => Interlocked.Read(ref _offsetCommits);

    /// <summary>Offsets removed because their retention was over.</summary>
    public long OffsetExpirations => Interlocked.Read(ref _offsetExpirations);

    /// <summary>Offsets removed by request, or with their group or topic.</summary>
    public long OffsetDeletions => Interlocked.Read(ref _offsetDeletions);

    /// <summary>Groups removed, by request or because nothing was left of them.</summary>
    public long GroupDeletions => Interlocked.Read(ref _groupDeletions);

    internal void CountRebalance() => Interlocked.Increment(ref _completedRebalances);

    internal void CountCommits(int offsets) => Interlocked.Add(ref _offsetCommits, offsets);

    internal void CountExpirations(int offsets) => Interlocked.Add(ref _offsetExpirations, offsets);

    internal void CountDeletions(int offsets) => Interlocked.Add(ref _offsetDeletions, offsets);

    internal void CountGroupDeletion() => Interlocked.Increment(ref _groupDeletions);
}
