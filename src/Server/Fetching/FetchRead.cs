using Compat.Log;
using Compat.Replication.Partitions;
using Compat.Replication.Throttling;
using Compat.Wire.Messages;

namespace Compat.Server.Fetching;

/// <summary>
/// What one pass over the partitions of a Fetch found. The records stay in their files until the answer is encoded; a
/// read that is not answered with is disposed.
/// </summary>
internal sealed class FetchRead : IDisposable
{
    private readonly List<(Partition Partition, LogReadResult Read)> _open = [];

    /// <summary>The results in the order of the targets.</summary>
    public List<(FetchKey Key, FetchResponse.PartitionData Data)> Results { get; } = [];

    /// <summary>How many bytes of records were found.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether something was found that the client should know without waiting: an error or a divergence.</summary>
    public bool IsUrgent { get; set; }

    /// <summary>Whether any partition was read, rather than found not to exist.</summary>
    public bool HasRead { get; set; }

    /// <summary>Leaders that the client is told of because it asked where they are not; null for none, as nearly always.</summary>
    public HashSet<int>? NewLeaders { get; private set; }

    /// <summary>Takes note of a leader that the answer names.</summary>
    public void NameLeader(int brokerId) => (NewLeaders ??= []).Add(brokerId);

    /// <summary>Adds the result of a partition.</summary>
    public void Add(FetchKey key, FetchResponse.PartitionData data) => Results.Add((key, data));

    /// <summary>Keeps the files of a read open until it is answered with, and counts its bytes.</summary>
    public void Keep(Partition partition, in LogReadResult read)
    {
        if (read.Records.Size > 0)
        {
            Bytes += read.Records.Size;
            _open.Add((partition, read));
        }
    }

    /// <summary>Counts for each partition what the client is about to be sent.</summary>
    /// <param name="throttle">What replicas may be sent, for the fetch of one; null for clients.</param>
    public void CountBytesOut(ReplicationThrottle? throttle)
    {
        foreach ((Partition partition, LogReadResult read) in _open)
        {
            partition.Counters.CountBytesOut(read.Records.Size);
            throttle?.CountSent(partition, read.Records.Size);
        }
    }

    public void Dispose()
    {
        foreach ((_, LogReadResult read) in _open)
        {
            read.Dispose();
        }

        _open.Clear();
    }
}
