using Compat.Replication.Metadata;

namespace Compat.Replication.Partitions;

/// <summary>
/// Follows what this broker is to its partitions. Called in the order of the metadata log, by one thread at a time; it must
/// be quick. Each method does nothing unless it is implemented.
/// </summary>
public interface IPartitionListener
{
    /// <summary>This broker leads a partition in a new leader epoch.</summary>
    void OnLeading(Partition partition)
    {
    }

    /// <summary>This broker does not lead a partition any more: somebody else does, or it is deleted.</summary>
    void OnNotLeading(Partition partition)
    {
    }

    /// <summary>This broker has a replica that it does not lead: the leader, its epoch or the in-sync set changed, or the replica is new.</summary>
    void OnFollowing(Partition partition)
    {
    }

    /// <summary>This broker has no replica of a partition any more.</summary>
    void OnGone(Partition partition)
    {
    }

    /// <summary>All partitions are as an image says.</summary>
    void OnFollowed(MetadataImage image)
    {
    }
}
