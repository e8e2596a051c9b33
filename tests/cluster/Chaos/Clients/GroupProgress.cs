namespace Compat.Cluster.Tests.Chaos.Clients;

/// <summary>
/// What a group has committed, so far as its members know: nobody may begin below it. A commit whose answer was lost may come after later
/// ones as long as its generation lasts, so until the next assignment it may be what stands.
/// </summary>
internal sealed class GroupProgress
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, long> _acknowledged = [];
    private readonly Dictionary<int, long> _unknown = [];

    /// <summary>A commit was acknowledged.</summary>
    public void Acknowledge(int partition, long offset)
    {
        lock (_lock)
        {
            _acknowledged[partition] = offset;
        }
    }

    /// <summary>Nobody knows what became of a commit.</summary>
    public void Lose(int partition, long offset)
    {
        lock (_lock)
        {
            _unknown[partition] = Math.Min(offset, _unknown.GetValueOrDefault(partition, long.MaxValue));
        }
    }

    /// <summary>A partition is assigned anew: the lowest offset at which reading may begin.</summary>
    public long Assign(int partition)
    {
        lock (_lock)
        {
            long acknowledged = _acknowledged.GetValueOrDefault(partition, 0);
            return _unknown.Remove(partition, out long unknown) ? Math.Min(acknowledged, unknown) : acknowledged;
        }
    }
}
