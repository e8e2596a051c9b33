using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Which leader an election looks for.</summary>
internal enum Election
{
    /// <summary>The present leader if it may stay, else any replica of the ISR.</summary>
    Online,

    /// <summary>The first replica if it may lead.</summary>
    Preferred,

    /// <summary>A replica outside the ISR rather than none: records may be lost.</summary>
    Unclean,
}

/// <summary>Elects leaders of partitions.</summary>
internal static class LeaderElection
{
    /// <summary>The replica that should lead, and whether that is unclean; <see cref="PartitionRegistration.NoLeader"/> if none may.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="mayLead">Whether a broker can lead at all.</param>
    /// <param name="election">Which leader to look for.</param>
    public static (int Leader, bool IsUnclean) Elect(PartitionRegistration partition, Func<int, bool> mayLead, Election election)
    {
        bool IsValid(int replica) => mayLead(replica)
            && (partition.Isr.Contains(replica)
                || (partition.Isr.IsEmpty && partition.EligibleLeaderReplicas.Contains(replica)));

        if (election == Election.Preferred && IsValid(partition.Replicas[0]))
        {
            return (partition.Replicas[0], false);
        }
        if (IsValid(partition.Leader))
        {
            return (partition.Leader, false);
        }
        foreach (int replica in partition.Replicas)
        {
            if (IsValid(replica))
            {
                return (replica, false);
            }
        }
        foreach (int replica in partition.Replicas)
        {
            if (election == Election.Unclean && mayLead(replica))
            {
                return (replica, true);
            }
        }
        return (PartitionRegistration.NoLeader, false);
    }

    /// <summary>The record that gives a partition a leader and with it a new leader epoch.</summary>
    public static MetadataRecord Record(
        Uuid topicId, int partition, PartitionRegistration registration, int leader, bool isUnclean, MetadataVersion version)
    {
        var record = new PartitionChangeRecord { TopicId = topicId, PartitionId = partition, Leader = leader };
        if (isUnclean)
        {
            record.Isr = [leader];
            record.LeaderRecoveryState = 1;
        }
        else if (leader != PartitionRegistration.NoLeader && !registration.Isr.Contains(leader))
        {
            // Taken from the eligible replicas: it becomes the whole ISR.
            record.Isr = [leader];
        }
        return new MetadataRecord(record, version.PartitionChangeRecordVersion);
    }
}
