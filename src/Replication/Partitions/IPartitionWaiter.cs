namespace Compat.Replication.Partitions;

/// <summary>Waits for something to happen to a partition.</summary>
public interface IPartitionWaiter
{
    /// <summary>
    /// The end of the log, the high watermark or the leadership changed, or the partition is gone. Called on the thread
    /// that caused it, without locks held; must be quick and must not throw. It may still be called once after it was
    /// removed.
    /// </summary>
    void OnChanged(Partition partition);
}
