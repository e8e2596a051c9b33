namespace Compat.Coordination.Groups;

/// <summary>Which partition of <c>__consumer_offsets</c> a group belongs to. Written data depends on it: it never changes.</summary>
public static class GroupPartitioner
{
    /// <summary>The partition of a group: the absolute value of java.lang.String.hashCode, modulo the number of partitions.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="partitionCount">Partitions of the topic, at least 1.</param>
    public static int PartitionFor(string groupId, int partitionCount)
    {
        int hash = 0;
        foreach (char unit in groupId)
        {
            hash = unchecked((31 * hash) + unit);
        }

        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitionCount;
    }
}
