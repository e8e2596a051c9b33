using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Controller;

/// <summary>Turns chosen replicas into registrations of new partitions.</summary>
internal static class PartitionAssignments
{
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
    public static PartitionRegistration? Register(ClusterImage cluster, IReadOnlyList<int> replicas)
    {
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
            LeaderEpoch = 0,
            PartitionEpoch = 0,
        };
    }

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
