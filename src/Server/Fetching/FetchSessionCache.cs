namespace Compat.Server.Fetching;

/// <summary>
/// The fetch sessions of a broker, at most max.incremental.fetch.session.cache.slots of them (KIP-227). When all are
/// taken a new one replaces the one that was unused longest, if that is longer than <see cref="EvictAfter"/>, or else
/// the smallest old one, if it is not larger than the new one; otherwise the client goes on without a session.
/// </summary>
internal sealed class FetchSessionCache
{
    /// <summary>How long a session is safe from being replaced by a larger one.</summary>
    internal static readonly TimeSpan EvictAfter = TimeSpan.FromMinutes(2);

    private readonly Dictionary<int, FetchSession> _sessions = [];
    private readonly Lock _lock = new();
    private readonly int _slots;
    private readonly TimeProvider _time;
    private readonly Random _random;

    public FetchSessionCache(int slots, TimeProvider time, Random random)
    {
        _slots = slots;
        _time = time;
        _random = random;
    }

    /// <summary>How many sessions there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>How many partitions the sessions have together.</summary>
    public int PartitionCount
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Values.Sum(session => session.Count);
            }
        }
    }

    /// <summary>How many sessions were replaced by others since the start.</summary>
    public long EvictionCount { get; private set; }

    /// <summary>Makes a session that will have <paramref name="size"/> partitions; null when there is no room for it.</summary>
    public FetchSession? TryCreate(int size, bool usesTopicIds)
    {
        lock (_lock)
        {
            if (size == 0 || (_sessions.Count >= _slots && !TryEvict(size)))
            {
                return null;
            }

            int id;
            do
            {
                id = _random.Next(1, int.MaxValue);
            }
            while (_sessions.ContainsKey(id));

            var session = new FetchSession(id, usesTopicIds, _time.GetTimestamp());
            _sessions.Add(id, session);
            return session;
        }
    }

    /// <summary>Finds a session and notes that it is in use.</summary>
    public FetchSession? Find(int id)
    {
        lock (_lock)
        {
            if (_sessions.TryGetValue(id, out FetchSession? session))
            {
                session.LastUsedAt = _time.GetTimestamp();
            }

            return session;
        }
    }

    /// <summary>Ends a session, if it exists.</summary>
    public void Remove(int id)
    {
        lock (_lock)
        {
            _sessions.Remove(id);
        }
    }

    private bool TryEvict(int newSize)
    {
        FetchSession? longestUnused = _sessions.Values.MinBy(session => session.LastUsedAt);
        if (longestUnused is null)
        {
            return false;
        }

        FetchSession? evicted = IsOld(longestUnused.LastUsedAt)
            ? longestUnused
            : _sessions.Values.Where(session => IsOld(session.CreatedAt) && session.Count <= newSize).MinBy(session => session.Count);
        if (evicted is null)
        {
            return false;
        }

        EvictionCount++;
        return _sessions.Remove(evicted.Id);
    }

    private bool IsOld(long timestamp) => _time.GetElapsedTime(timestamp) > EvictAfter;
}
