using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Fetching;

/// <summary>
/// What a client and this broker both remember between Fetches (KIP-227), so that a request names only the partitions
/// that changed and an answer holds only those that have something to tell. Guard every use by locking the session.
/// </summary>
internal sealed class FetchSession
{
    private readonly LinkedList<FetchSessionPartition> _order = [];
    private readonly Dictionary<FetchKey, LinkedListNode<FetchSessionPartition>> _partitions = [];

    public FetchSession(int id, bool usesTopicIds, long createdAt)
    {
        Id = id;
        UsesTopicIds = usesTopicIds;
        CreatedAt = LastUsedAt = createdAt;
        Epoch = FetchEpoch.Next(FetchEpoch.Initial);
    }

    /// <summary>The number the client names the session by; never 0.</summary>
    public int Id { get; }

    /// <summary>Whether the partitions are named by topic id; a session does not change its way (KIP-516).</summary>
    public bool UsesTopicIds { get; }

    /// <summary>The epoch that the next request must have.</summary>
    public int Epoch { get; set; }

    /// <summary>When the session was made, by the time provider's timestamps.</summary>
    public long CreatedAt { get; }

    /// <summary>When the session was last used. Guarded by the cache.</summary>
    public long LastUsedAt { get; set; }

    /// <summary>How many partitions the session has.</summary>
    public int Count => _partitions.Count;

    /// <summary>
    /// The partitions in the order they are read. One that returned records goes to the end, so that the size limit of
    /// an answer does not starve those behind it.
    /// </summary>
    public IEnumerable<FetchTarget> Targets => _order.Select(partition => partition.Target);

    /// <summary>Adds a partition, or changes what is to be read from one that is there.</summary>
    public FetchSessionPartition Set(FetchTarget target)
    {
        if (_partitions.TryGetValue(target.Key, out LinkedListNode<FetchSessionPartition>? node))
        {
            node.Value.Target = target;
            return node.Value;
        }

        var partition = new FetchSessionPartition(target);
        _partitions.Add(target.Key, _order.AddLast(partition));
        return partition;
    }

    /// <summary>Takes a partition out, if it is in.</summary>
    public void Forget(FetchKey key)
    {
        if (_partitions.Remove(key, out LinkedListNode<FetchSessionPartition>? node))
        {
            _order.Remove(node);
        }
    }

    /// <summary>
    /// Remembers what the client is told about a partition; false when there is nothing that it does not know. A
    /// partition that was forgotten meanwhile is not told.
    /// </summary>
    public bool MustTell(FetchKey key, FetchResponse.PartitionData data)
    {
        if (!_partitions.TryGetValue(key, out LinkedListNode<FetchSessionPartition>? node))
        {
            return false;
        }

        if (data.Records.Size > 0)
        {
            _order.Remove(node);
            _order.AddLast(node);
        }

        return node.Value.Remember(data);
    }
}

/// <summary>One partition of a session.</summary>
internal sealed class FetchSessionPartition
{
    private long _highWatermark = -1;
    private long _logStartOffset = -1;

    public FetchSessionPartition(FetchTarget target) => Target = target;

    /// <summary>What is to be read.</summary>
    public FetchTarget Target { get; set; }

    /// <summary>Remembers what the client is told; false when it knows that already.</summary>
    public bool Remember(FetchResponse.PartitionData data)
    {
        bool isNews = data.Records.Size > 0
            || _highWatermark != data.HighWatermark
            || _logStartOffset != data.LogStartOffset
            || data.PreferredReadReplica != -1
            || data.ErrorCode != ErrorCode.None
            || data.DivergingEpoch.EndOffset >= 0;
        _logStartOffset = data.LogStartOffset;

        // After an error the partition is told anew once it works again.
        _highWatermark = data.ErrorCode == ErrorCode.None ? data.HighWatermark : -1;
        return isNews;
    }
}

/// <summary>The epochs of fetch sessions: they count the requests of a session and say what to do with it.</summary>
internal static class FetchEpoch
{
    /// <summary>The epoch of a full request that would like a session.</summary>
    public const int Initial = 0;

    /// <summary>The epoch of a full request without a session, which also ends the one it names.</summary>
    public const int Final = -1;

    /// <summary>The session id of a request or an answer without a session.</summary>
    public const int NoSession = 0;

    /// <summary>The epoch after <paramref name="epoch"/>; it wraps to 1.</summary>
    public static int Next(int epoch) => epoch < 0 ? Final : epoch == int.MaxValue ? 1 : epoch + 1;
}
