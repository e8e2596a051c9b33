using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Controller;

/// <summary>
/// Chooses brokers for new partitions: replicas go around the brokers so that leaders and copies are even, starting at
/// a random broker so that small topics do not all begin with the same one.
/// </summary>
internal static class ReplicaPlacer
{
    /// <summary>
    /// Places partitions; active brokers come before those that cannot lead now, so that a new topic is usable at once.
    /// </summary>
    /// <returns>Replicas by partition, or the text of an INVALID_REPLICATION_FACTOR.</returns>
    public static (IReadOnlyList<int[]> Assignments, string? Problem) Place(
        ClusterImage cluster,
        int partitions,
        short replicationFactor,
        Random random)
    {
        int[] brokers = [.. cluster.Brokers.Values.Where(b => !b.Fenced).Select(b => b.Id)];
        int[] fenced = [.. cluster.Brokers.Values.Where(b => b.Fenced).Select(b => b.Id)];
        if (brokers.Length == 0)
        {
            return ([], "All brokers are currently fenced.");
        }
        if (replicationFactor > brokers.Length + fenced.Length)
        {
            return ([], $"The target replication factor of {replicationFactor} cannot be reached because only "
                + $"{brokers.Length + fenced.Length} broker(s) are registered.");
        }
        int start = random.Next(brokers.Length);
        int shift = random.Next(Math.Max(1, brokers.Length - 1));
        var assignments = new int[partitions][];
        for (int i = 0; i < partitions; i++)
        {
            assignments[i] = Replicas(brokers, fenced, start + i, shift + (i / brokers.Length), replicationFactor);
        }
        return (assignments, null);
    }

    private static int[] Replicas(int[] brokers, int[] fenced, int first, int shift, short count)
    {
        var replicas = new int[count];
        replicas[0] = brokers[first % brokers.Length];
        for (int i = 1; i < count; i++)
        {
            // The shift changes with every round, so that the copies of one leader's partitions spread over all others.
            replicas[i] = i < brokers.Length
                ? brokers[(first + 1 + ((shift + i - 1) % (brokers.Length - 1))) % brokers.Length]
                : fenced[i - brokers.Length];
        }
        return replicas;
    }

    /// <summary>The directory of a new replica: known if the broker has only one, else the broker will say.</summary>
    public static Uuid DefaultDirectory(ClusterImage cluster, int brokerId) =>
        cluster.TryGetBroker(brokerId, out BrokerRegistration? broker) && broker.Directories.Length == 1
            ? broker.Directories[0]
            : DirectoryIds.Unassigned;
}
