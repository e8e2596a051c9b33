namespace Compat.Server.Platform;

/// <summary>
/// What a burst of requests has given others to do: a produced record is news for the fetches that wait for it. It is
/// done when the burst has been answered, so that no producer waits for those who read what it wrote. The thread of a
/// small burst does the first piece itself, because waking another would take longer; the pool does the rest at the
/// same time, and all that a large burst owes, whose readers have as much to send as it had to receive.
/// </summary>
internal sealed class BurstWork
{
    /// <summary>A burst of up to so many bytes is small.</summary>
    internal const long SmallBytes = 64 * 1024;

    private readonly ThreadLocal<Owed> _owed = new(() => new Owed());

    /// <summary>Keeps what is added by this thread, until <see cref="End"/>.</summary>
    public void Begin() => _owed.Value!.IsInBurst = true;

    /// <summary>Has <paramref name="item"/> done after the burst of this thread; at once, by the pool, if it is in none.</summary>
    public void Add(IThreadPoolWorkItem item)
    {
        Owed owed = _owed.Value!;
        if (owed.IsInBurst)
        {
            owed.Items.Add(item);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        }
    }

    /// <summary>Ends the burst, which had so many bytes, and does or hands on what it owes.</summary>
    public void End(long bytes)
    {
        Owed owed = _owed.Value!;
        owed.IsInBurst = false;
        if (owed.Items.Count == 0)
        {
            return;
        }

        IThreadPoolWorkItem? own = bytes <= SmallBytes ? owed.Items[0] : null;
        foreach (IThreadPoolWorkItem item in owed.Items)
        {
            if (item != own)
            {
                ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
            }
        }

        owed.Items.Clear();
        own?.Execute();
    }

    private sealed class Owed
    {
        public bool IsInBurst { get; set; }

        public List<IThreadPoolWorkItem> Items { get; } = [];
    }
}
