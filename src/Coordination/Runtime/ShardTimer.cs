namespace Compat.Coordination.Runtime;

/// <summary>Something a shard wants done at a time. A timer is set, moved and taken away by turns, and rings within one.</summary>
internal abstract class ShardTimer
{
    /// <summary>The timer's place in the heap; negative while it is not set.</summary>
    internal int HeapIndex { get; set; } = -1;

    /// <summary>When it rings, milliseconds of the runtime's monotonic clock.</summary>
    internal long DueMs { get; set; }

    /// <summary>Tells timers apart that ring in the same millisecond: the one set first rings first.</summary>
    internal long Order { get; set; }

    /// <summary>True while the timer is set.</summary>
    public bool IsSet => HeapIndex >= 0;

    /// <summary>Decides what the time that has come means.</summary>
    public abstract void Ring(Turn turn);
}
