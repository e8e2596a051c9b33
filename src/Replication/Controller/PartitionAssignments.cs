using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Controller;

/// <summary>Turns chosen replicas into registrations of new partitions.</summary>
internal static class PartitionAssignments
{
    // Leaves as many epochs for elections. A log that gets so far has all new partitions begin here, as all of Kafka's do at 0.
    private const int MaxFirstLeaderEpoch = 1 << 30;

    /// <summary>Checks replicas that a client chose; the text of an INVALID_REPLICA_ASSIGNMENT, or null if they are good.</summary>
    /// <param name="cluster">The brokers.</param>
    /// <param name="replicas">The chosen replicas.</param>
    /// <param name="expectedCount">The number that the other partitions have, or null for the first.</param>
    public static string? ProblemWith(ClusterImage cluster, IReadOnlyList<int> replicas, int? expectedCount)
    {
        if (replicas.Count == 0)
        {
            return "The manual partition assignment includes an empty replica list.";
        }
        int previous = -1;
        foreach (int broker in replicas.Order())
        {
            if (!cluster.Brokers.ContainsKey(broker))
            {
                return $"The manual partition assignment includes broker {broker}, but no such broker is registered.";
            }
            if (!cluster.Brokers[broker].TakesReplicas)
            {
                return $"The manual partition assignment includes broker {broker}, but all its log directories are cordoned.";
            }
            if (broker == previous)
            {
                return $"The manual partition assignment includes the broker {broker} more than once.";
            }
            previous = broker;
        }
        return expectedCount is { } count && replicas.Count != count
            ? $"The manual partition assignment includes a partition with {replicas.Count} replica(s), but this is not "
                + $"consistent with previous partitions, which have {count} replica(s)."
            : null;
    }

    /// <summary>The registration of a new partition, or null if none of its replicas may lead.</summary>
    public static PartitionRegistration? Register(ControllerTurn turn, IReadOnlyList<int> replicas)
    {
        ClusterImage cluster = turn.Image.Cluster;
        int[] isr = [.. replicas.Where(cluster.IsActive)];
        if (isr.Length == 0)
        {
            return null;
        }
        return new PartitionRegistration
        {
            Replicas = [.. replicas],
            Directories = [.. replicas.Select(replica => DefaultDirectory(cluster, replica))],
            Isr = [.. isr],
            Leader = isr[0],
            LeaderEpoch = FirstLeaderEpoch(turn.NextOffset),
            PartitionEpoch = 0,
        };
    }

    /// <summary>
    /// Above every leader epoch of a deleted partition of the same name, of which nothing else remembers anything: each election
    /// took a record of the metadata log, so no partition's epoch has passed the offset. Clients take a lower epoch for old news
    /// (KIP-320), and only a higher one has them ask whether what they read is still there.
    /// </summary>
    /// <param name="offset">The end of the metadata log, or less.</param>
    internal static int FirstLeaderEpoch(long offset) => (int)Math.Min(offset, MaxFirstLeaderEpoch);

    /// <summary>The directory of a new replica: known if the broker has only one, else the broker will say.</summary>
    public static Uuid DefaultDirectory(ClusterImage cluster, int brokerId) =>
        !cluster.TryGetBroker(brokerId, out BrokerRegistration? broker) ? DirectoryIds.Unassigned
        : broker.Directories.Length switch
        {
            0 => DirectoryIds.Migrating,
            1 => broker.Directories[0],
            _ => DirectoryIds.Unassigned,
        };

    /// <summary>The text when none of the replicas of a partition that a client assigned may lead.</summary>
    public static string AllInactive(int partition) =>
        $"All brokers specified in the manual partition assignment for partition {partition} are fenced or in controlled shutdown.";

    /// <summary>The text when no broker may lead.</summary>
    public static string CannotReplicate(int replicationFactor, string why) =>
        $"Unable to replicate the partition {replicationFactor} time(s): {why}";

    /// <summary>Why no broker may lead.</summary>
    public const string NoActiveBroker = "All brokers are currently fenced or in controlled shutdown.";
}
