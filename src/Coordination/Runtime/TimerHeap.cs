using System.Diagnostics.CodeAnalysis;

namespace Compat.Coordination.Runtime;

/// <summary>
/// All timers of one shard in a binary heap by due time. Timers know their place, so moving one (a heartbeat does nothing
/// else) costs a few swaps and no memory.
/// </summary>
internal sealed class TimerHeap
{
    private readonly List<ShardTimer> _timers = [];
    private long _order;

    /// <summary>Timers set.</summary>
    public int Count => _timers.Count;

    /// <summary>When the next timer rings; <see cref="long.MaxValue"/> when none is set.</summary>
    public long NextDueMs => _timers.Count == 0 ? long.MaxValue : _timers[0].DueMs;

    /// <summary>Sets a timer, or moves one that is set.</summary>
    public void Set(ShardTimer timer, long dueMs)
    {
        timer.DueMs = dueMs;
        timer.Order = _order++;
        if (!timer.IsSet)
        {
            timer.HeapIndex = _timers.Count;
            _timers.Add(timer);
        }

        Restore(timer.HeapIndex);
    }

    /// <summary>Takes a timer away; nothing happens when it is not set.</summary>
    public void Cancel(ShardTimer timer)
    {
        if (!timer.IsSet)
        {
            return;
        }

        int index = timer.HeapIndex;
        ShardTimer last = _timers[^1];
        _timers.RemoveAt(_timers.Count - 1);
        timer.HeapIndex = -1;
        if (!ReferenceEquals(last, timer))
        {
            Put(last, index);
            Restore(index);
        }
    }

    /// <summary>Takes the next timer that is due by <paramref name="nowMs"/>.</summary>
    public bool TryTakeDue(long nowMs, [NotNullWhen(true)] out ShardTimer? timer)
    {
        timer = null;
        if (NextDueMs > nowMs)
        {
            return false;
        }

        timer = _timers[0];
        Cancel(timer);
        return true;
    }

    private void Restore(int index)
    {
        if (index > 0 && IsBefore(_timers[index], _timers[Parent(index)]))
        {
            RiseFrom(index);
        }
        else
        {
            SinkFrom(index);
        }
    }

    private void RiseFrom(int index)
    {
        ShardTimer timer = _timers[index];
        while (index > 0 && IsBefore(timer, _timers[Parent(index)]))
        {
            Put(_timers[Parent(index)], index);
            index = Parent(index);
        }

        Put(timer, index);
    }

    private void SinkFrom(int index)
    {
        ShardTimer timer = _timers[index];
        for (int child = (2 * index) + 1; child < _timers.Count; child = (2 * index) + 1)
        {
            if (child + 1 < _timers.Count && IsBefore(_timers[child + 1], _timers[child]))
            {
                child++;
            }

            if (!IsBefore(_timers[child], timer))
            {
                break;
            }

            Put(_timers[child], index);
            index = child;
        }

        Put(timer, index);
    }

    private void Put(ShardTimer timer, int index)
    {
        _timers[index] = timer;
        timer.HeapIndex = index;
    }

    private static int Parent(int index) => (index - 1) / 2;

    private static bool IsBefore(ShardTimer left, ShardTimer right) =>
        left.DueMs != right.DueMs ? left.DueMs < right.DueMs : left.Order < right.Order;
}
