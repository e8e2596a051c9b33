using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// What a change of a broker's state does to the partitions. Each gives records that may be split: those of partitions
/// come first, so that whoever goes on after a part of them finds the broker as it was and repeats the change.
/// </summary>
internal static class BrokerChanges
{
    /// <summary>Fences a broker: it leaves every ISR and leads nothing.</summary>
    public static List<MetadataRecord> Fence(ControllerTurn turn, BrokerRegistration broker) =>
    [
        .. LeaveIsr(turn, broker.Id, partition => partition.Isr.Contains(broker.Id)),
        Change(broker, 0, record => record.Fenced = BrokerRegistration.FenceChange),
    ];

    /// <summary>Ends a broker's fencing: it may lead what has no leader.</summary>
    public static List<MetadataRecord> Unfence(ControllerTurn turn, BrokerRegistration broker)
    {
        MetadataRecord unfence = Change(broker, 0, record => record.Fenced = BrokerRegistration.UnfenceChange);
        return
        [
            unfence,
            .. Update(turn.After(unfence), partition => partition.Leader == PartitionRegistration.NoLeader, change => { }),
        ];
    }

    /// <summary>Begins a controlled shutdown: others lead what the broker leads.</summary>
    public static List<MetadataRecord> BeginControlledShutdown(ControllerTurn turn, BrokerRegistration broker)
    {
        var records = new List<MetadataRecord>();
        if (!broker.InControlledShutdown)
        {
            records.Add(Change(broker, 1, record => record.InControlledShutdown = 1));
        }
        records.AddRange(LeaveIsr(turn, broker.Id, partition => partition.Isr.Contains(broker.Id)));
        return records;
    }

    /// <summary>Takes a registration away.</summary>
    public static List<MetadataRecord> Unregister(ControllerTurn turn, BrokerRegistration broker) =>
    [
        .. LeaveIsr(turn, broker.Id, partition => partition.Isr.Contains(broker.Id)),
        new MetadataRecord(new UnregisterBrokerRecord { BrokerId = broker.Id, BrokerEpoch = broker.Epoch }, 0),
    ];

    /// <summary>
    /// The end of a former process of a broker. If that did not end in order, the broker may have lost what it had not
    /// flushed, and is not eligible to lead (KIP-966).
    /// </summary>
    public static IEnumerable<MetadataRecord> EndIncarnation(ControllerTurn turn, int brokerId, bool isClean) =>
        turn.HasEligibleLeaderReplicas && !isClean
            ? Update(
                turn,
                partition => partition.Isr.Contains(brokerId) || partition.EligibleLeaderReplicas.Contains(brokerId),
                change =>
                {
                    change.Isr = change.Isr.Remove(brokerId);
                    change.UncleanShutdown = brokerId;
                })
            : LeaveIsr(turn, brokerId, partition => partition.Isr.Contains(brokerId));

    /// <summary>Log directories of a broker are lost; those of its replicas that were in them leave the ISR.</summary>
    public static List<MetadataRecord> LoseDirectories(ControllerTurn turn, BrokerRegistration broker, IReadOnlyList<Uuid> offline)
    {
        ImmutableArray<Uuid> lost = [.. broker.Directories.Where(offline.Contains)];
        return lost.IsEmpty
            ? []
            :
            [
                .. LeaveIsr(turn, broker.Id, partition => lost.Contains(partition.DirectoryOf(broker.Id))),
                Change(broker, 2, record => record.LogDirs = [.. broker.Directories.Where(directory => !lost.Contains(directory))]),
            ];
    }

    /// <summary>Other log directories of a broker take no new replicas (KIP-1066); null if the broker does not say.</summary>
    public static List<MetadataRecord> CordonDirectories(BrokerRegistration broker, IReadOnlyList<Uuid>? cordoned)
    {
        bool isChange = cordoned is not null && !cordoned.ToHashSet().SetEquals(broker.CordonedDirectories ?? []);
        return isChange ? [Change(broker, 3, record => record.CordonedLogDirs = [.. cordoned!])] : [];
    }

    private static IEnumerable<MetadataRecord> LeaveIsr(
        ControllerTurn turn, int brokerId, Func<PartitionRegistration, bool> isConcerned) => Update(
        turn,
        isConcerned,
        change =>
        {
            change.Isr = change.Isr.Remove(brokerId);
            change.Excluded = brokerId;
        });

    private static IEnumerable<MetadataRecord> Update(
        ControllerTurn turn, Func<PartitionRegistration, bool> isConcerned, Action<PartitionChange> want)
    {
        foreach (TopicImage topic in turn.Image.Topics.ById.Values)
        {
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                if (isConcerned(topic.Partitions[i]))
                {
                    PartitionChange change = new PartitionChange(turn, topic, i).WithTopicElection();
                    want(change);
                    if (change.Build() is { } record)
                    {
                        yield return record;
                    }
                }
            }
        }
    }

    private static MetadataRecord Change(BrokerRegistration broker, short version, Action<BrokerRegistrationChangeRecord> set)
    {
        var record = new BrokerRegistrationChangeRecord { BrokerId = broker.Id, BrokerEpoch = broker.Epoch };
        set(record);
        return new MetadataRecord(record, version);
    }
}
