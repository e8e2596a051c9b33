using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>
/// What the cluster has agreed on for one partition. Immutable. The leader epoch rises with every election, the
/// partition epoch with every change.
/// </summary>
public sealed class PartitionRegistration
{
    /// <summary>In place of a leader's id: the partition has none.</summary>
    public const int NoLeader = -1;

    /// <summary>In a change record: the leader stays and its epoch does not rise.</summary>
    public const int NoLeaderChange = -2;

    /// <summary>Brokers that hold a copy, the preferred leader first.</summary>
    public required ImmutableArray<int> Replicas { get; init; }

    /// <summary>For each replica the id of its log directory, see <see cref="DirectoryIds"/>.</summary>
    public required ImmutableArray<Uuid> Directories { get; init; }

    /// <summary>Replicas that have everything that was acknowledged.</summary>
    public required ImmutableArray<int> Isr { get; init; }

    /// <summary>Replicas that a reassignment takes away.</summary>
    public ImmutableArray<int> RemovingReplicas { get; init; } = [];

    /// <summary>Replicas that a reassignment brings in.</summary>
    public ImmutableArray<int> AddingReplicas { get; init; } = [];

    /// <summary>Replicas outside the ISR that may still lead without loss (KIP-966).</summary>
    public ImmutableArray<int> EligibleLeaderReplicas { get; init; } = [];

    /// <summary>The last leader known when nobody was left to lead (KIP-966).</summary>
    public ImmutableArray<int> LastKnownElr { get; init; } = [];

    /// <summary>Id of the leading broker or <see cref="NoLeader"/>.</summary>
    public required int Leader { get; init; }

    /// <summary>How often the partition was given a leader.</summary>
    public required int LeaderEpoch { get; init; }

    /// <summary>How often the registration was changed.</summary>
    public required int PartitionEpoch { get; init; }

    /// <summary>1 after an unclean election until the leader has recovered, else 0.</summary>
    public sbyte LeaderRecoveryState { get; init; }

    /// <summary>True while a reassignment is going on.</summary>
    public bool IsReassigning => !RemovingReplicas.IsEmpty || !AddingReplicas.IsEmpty;

    /// <summary>The directory of a replica; <see cref="DirectoryIds.Unassigned"/> if it is not one.</summary>
    public Uuid DirectoryOf(int brokerId)
    {
        int index = Replicas.IndexOf(brokerId);
        return index >= 0 && index < Directories.Length ? Directories[index] : DirectoryIds.Unassigned;
    }

    /// <summary>Reads a partition's record.</summary>
    public static PartitionRegistration From(PartitionRecord record)
    {
        ImmutableArray<int> replicas = ToArray(record.Replicas);
        return new PartitionRegistration
        {
            Replicas = replicas,
            Directories = DirectoriesOf(record.Directories, replicas.Length),
            Isr = ToArray(record.Isr, replicas),
            RemovingReplicas = ToArray(record.RemovingReplicas),
            AddingReplicas = ToArray(record.AddingReplicas),
            EligibleLeaderReplicas = ToArray(record.EligibleLeaderReplicas),
            LastKnownElr = ToArray(record.LastKnownElr),
            Leader = record.Leader,
            LeaderEpoch = record.LeaderEpoch,
            PartitionEpoch = record.PartitionEpoch,
            LeaderRecoveryState = record.LeaderRecoveryState,
        };
    }

    /// <summary>
    /// The registration after a change. Naming a leader, even the present one, raises the leader epoch.
    /// </summary>
    public PartitionRegistration Apply(PartitionChangeRecord change)
    {
        ImmutableArray<int> replicas = change.Replicas is null ? Replicas : ToArray(change.Replicas);
        bool elected = change.Leader != NoLeaderChange;
        return new PartitionRegistration
        {
            Replicas = replicas,
            Directories = change.Directories is null && replicas.Length == Directories.Length
                ? Directories
                : DirectoriesOf(change.Directories, replicas.Length),
            Isr = change.Isr is null ? Isr : ToArray(change.Isr, replicas),
            RemovingReplicas = change.RemovingReplicas is null ? RemovingReplicas : ToArray(change.RemovingReplicas),
            AddingReplicas = change.AddingReplicas is null ? AddingReplicas : ToArray(change.AddingReplicas),
            EligibleLeaderReplicas = change.EligibleLeaderReplicas is null
                ? EligibleLeaderReplicas
                : ToArray(change.EligibleLeaderReplicas),
            LastKnownElr = change.LastKnownElr is null ? LastKnownElr : ToArray(change.LastKnownElr),
            Leader = elected ? change.Leader : Leader,
            LeaderEpoch = elected ? LeaderEpoch + 1 : LeaderEpoch,
            PartitionEpoch = PartitionEpoch + 1,
            LeaderRecoveryState = change.LeaderRecoveryState == -1 ? LeaderRecoveryState : change.LeaderRecoveryState,
        };
    }

    /// <summary>The record that recreates this registration, in the version that the metadata version asks for.</summary>
    public MetadataRecord ToRecord(Uuid topicId, int partition, MetadataVersion metadataVersion)
    {
        short version = metadataVersion.PartitionRecordVersion;
        var record = new PartitionRecord
        {
            PartitionId = partition,
            TopicId = topicId,
            Replicas = [.. Replicas],
            Isr = [.. Isr],
            RemovingReplicas = [.. RemovingReplicas],
            AddingReplicas = [.. AddingReplicas],
            Leader = Leader,
            LeaderEpoch = LeaderEpoch,
            PartitionEpoch = PartitionEpoch,
            LeaderRecoveryState = LeaderRecoveryState,
        };
        if (version >= 1)
        {
            record.Directories = [.. Directories];
        }
        if (version >= 2)
        {
            // Tagged fields: written only when there is something in them.
            record.EligibleLeaderReplicas = EligibleLeaderReplicas.IsEmpty ? null : [.. EligibleLeaderReplicas];
            record.LastKnownElr = LastKnownElr.IsEmpty ? null : [.. LastKnownElr];
        }
        return new MetadataRecord(record, version);
    }

    private static ImmutableArray<int> ToArray(List<int>? values, ImmutableArray<int> sharedIfEqual = default)
    {
        if (values is null || values.Count == 0)
        {
            return [];
        }
        // Most partitions have an ISR equal to their replicas; ten thousand of them share the array.
        if (!sharedIfEqual.IsDefault && CollectionsMarshal.AsSpan(values).SequenceEqual(sharedIfEqual.AsSpan()))
        {
            return sharedIfEqual;
        }
        return [.. values];
    }

    private static ImmutableArray<Uuid> DirectoriesOf(List<Uuid>? directories, int replicaCount)
    {
        if (directories is null || directories.Count == 0)
        {
            return [.. Enumerable.Repeat(DirectoryIds.Migrating, replicaCount)];
        }
        return [.. directories];
    }
}
