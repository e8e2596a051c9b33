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

/// <summary>Follows which partitions this broker leads.</summary>
public interface IPartitionListener
{
    /// <summary>This broker leads a partition in a new leader epoch. Called in the order of the metadata log.</summary>
    void OnLeading(Partition partition);

    /// <summary>This broker does not lead a partition any more: somebody else does, or it is deleted.</summary>
    void OnNotLeading(Partition partition);
}
