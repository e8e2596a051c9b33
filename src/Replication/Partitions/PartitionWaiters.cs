using System.Buffers;

namespace Compat.Replication.Partitions;

/// <summary>
/// Who waits at a partition. Costs a partition one field while nobody does. Waiters are called outside the lock, so
/// that they may add and remove themselves, whatever locks of their own they hold.
/// </summary>
internal sealed class PartitionWaiters
{
    private readonly Dictionary<IPartitionWaiter, int> _waiters = new(ReferenceEqualityComparer.Instance);
    private int _count;

    /// <summary>Adds a waiter; one that is added several times has to be removed as often.</summary>
    public void Add(IPartitionWaiter waiter)
    {
        lock (_waiters)
        {
            _waiters[waiter] = _waiters.GetValueOrDefault(waiter) + 1;
            Volatile.Write(ref _count, _waiters.Count);
        }
    }

    /// <summary>Removes a waiter; nothing happens if it is not there.</summary>
    public void Remove(IPartitionWaiter waiter)
    {
        lock (_waiters)
        {
            if (!_waiters.TryGetValue(waiter, out int times))
            {
                return;
            }
            if (times == 1)
            {
                _waiters.Remove(waiter);
            }
            else
            {
                _waiters[waiter] = times - 1;
            }
            Volatile.Write(ref _count, _waiters.Count);
        }
    }

    /// <summary>Calls every waiter.</summary>
    public void Notify(Partition partition)
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }
        IPartitionWaiter[] called;
        int count;
        lock (_waiters)
        {
            count = _waiters.Count;
            called = ArrayPool<IPartitionWaiter>.Shared.Rent(count);
            _waiters.Keys.CopyTo(called, 0);
        }
        for (int i = 0; i < count; i++)
        {
            called[i].OnChanged(partition);
        }
        ArrayPool<IPartitionWaiter>.Shared.Return(called, clearArray: true);
    }
}
