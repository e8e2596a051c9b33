namespace Compat.Replication.Tests.Controller.Model;

/// <summary>The records of one partition at each of its replicas, as numbers, and those that were acknowledged.</summary>
internal sealed class PartitionData
{
    private readonly Dictionary<int, List<int>> _logs = [];
    private readonly List<int> _acknowledged = [];
    private int _next;

    /// <summary>How many records were ever acknowledged.</summary>
    public int AcknowledgedCount { get; private set; }

    public List<int> At(int broker) => _logs.TryGetValue(broker, out List<int>? log) ? log : _logs[broker] = [];

    /// <summary>The leader appends a record, its followers copy what they can, and if all who have to do have it, it is acknowledged.</summary>
    public void Produce(int leader, IReadOnlyCollection<int> isr, Func<int, bool> isUp, int minInsync)
    {
        At(leader).Add(_next++);
        foreach (int follower in isr.Where(id => id != leader && isUp(id)))
        {
            Copy(leader, follower);
        }

        // Only what the whole ISR has is below the high watermark, and all of it is acknowledged.
        if (isr.Count >= minInsync && isr.All(id => isUp(id) && At(id).SequenceEqual(At(leader))))
        {
            AcknowledgedCount += At(leader).Except(_acknowledged).Count();
            _acknowledged.Clear();
            _acknowledged.AddRange(At(leader));
        }
    }

    /// <summary>A follower has what its leader has, and nothing else.</summary>
    public void Copy(int leader, int follower)
    {
        if (leader != follower)
        {
            _logs[follower] = [.. At(leader)];
        }
    }

    /// <summary>A loss of power: the end of a log that was not flushed is gone.</summary>
    public void LoseEnd(int broker, Random random)
    {
        List<int> log = At(broker);
        int kept = random.Next(log.Count + 1);
        log.RemoveRange(kept, log.Count - kept);
    }

    /// <summary>An unclean leader: what it lacks is lost to everybody, which is its price.</summary>
    public void Accept(int leader) => _acknowledged.RemoveAll(record => !At(leader).Contains(record));

    /// <summary>An acknowledged record that a replica lacks, or null.</summary>
    public int? MissingAt(int broker)
    {
        HashSet<int> log = [.. At(broker)];
        foreach (int record in _acknowledged)
        {
            if (!log.Contains(record))
            {
                return record;
            }
        }

        return null;
    }
}
