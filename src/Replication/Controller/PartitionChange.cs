using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Which leader an election looks for.</summary>
internal enum Election
{
    /// <summary>The present leader if it may stay, else any replica that has everything.</summary>
    Online,

    /// <summary>The first replica if it may lead.</summary>
    Preferred,

    /// <summary>A replica that may lack records rather than none.</summary>
    Unclean,
}

/// <summary>
/// A change of one partition in the making. The properties say what is wanted; <see cref="Build"/> completes a reassignment
/// whose new replicas are in sync, follows the eligible leader replicas (KIP-966), elects a leader if the present one cannot
/// stay, and gives one record, or none if everything stays as it is. Every change of a partition that exists goes through here.
/// </summary>
internal sealed class PartitionChange
{
    private readonly ControllerTurn _turn;
    private readonly TopicImage _topic;
    private readonly int _index;
    private readonly PartitionRegistration _before;
    private readonly Dictionary<int, Uuid> _directories = [];
    private readonly PartitionChangeRecord _record;
    private ImmutableArray<int> _eligible;

    /// <summary>Begins a change of a partition that exists; without more it re-elects a leader that cannot stay.</summary>
    public PartitionChange(ControllerTurn turn, TopicImage topic, int index)
    {
        _turn = turn;
        _topic = topic;
        _index = index;
        _before = topic.Partitions[index];
        _record = new PartitionChangeRecord { TopicId = topic.Id, PartitionId = index };
        _eligible = _before.EligibleLeaderReplicas;
        Isr = _before.Isr;
        Replicas = _before.Replicas;
        RemovingReplicas = _before.RemovingReplicas;
        AddingReplicas = _before.AddingReplicas;
        LeaderRecoveryState = _before.LeaderRecoveryState;
    }

    /// <summary>Which leader to look for.</summary>
    public Election Election { get; set; } = Election.Online;

    /// <summary>The wanted ISR.</summary>
    public ImmutableArray<int> Isr { get; set; }

    /// <summary>The wanted replicas.</summary>
    public ImmutableArray<int> Replicas { get; set; }

    /// <summary>The replicas that a reassignment is to take away.</summary>
    public ImmutableArray<int> RemovingReplicas { get; set; }

    /// <summary>The replicas that a reassignment is to bring in.</summary>
    public ImmutableArray<int> AddingReplicas { get; set; }

    /// <summary>1 while the leader recovers from an unclean election, else 0.</summary>
    public sbyte LeaderRecoveryState { get; set; }

    /// <summary>A broker that must not lead, whatever the image says of it.</summary>
    public int? Excluded { get; set; }

    /// <summary>A broker that may have lost what it acknowledged, and so is not eligible to lead.</summary>
    public int? UncleanShutdown { get; set; }

    /// <summary>The same change, with the election that the topic's settings allow for when nobody has everything.</summary>
    public PartitionChange WithTopicElection()
    {
        Election = _turn.AllowsUncleanElection(_topic.Name) ? Election.Unclean : Election.Online;
        return this;
    }

    /// <summary>Says in which log directory a replica is.</summary>
    public void SetDirectory(int replica, Uuid directory) => _directories[replica] = directory;

    /// <summary>The record of the change, or null if nothing changes.</summary>
    public MetadataRecord? Build()
    {
        CompleteReassignment();
        FollowEligible();
        Elect();
        RaiseLeaderEpochIfReplicasLeave();
        SetEligible();
        SetIsr();
        SetLastKnownLeader();
        SetAssignment();
        if (LeaderRecoveryState != _before.LeaderRecoveryState && _record.LeaderRecoveryState == -1)
        {
            _record.LeaderRecoveryState = LeaderRecoveryState;
        }
        return ChangesNothing(_record) ? null : new MetadataRecord(_record, _turn.MetadataVersion.PartitionChangeRecordVersion);
    }

    private bool HasEligible => _turn.HasEligibleLeaderReplicas;

    private void CompleteReassignment()
    {
        if (new Reassignment(Replicas, RemovingReplicas, AddingReplicas).Complete(Isr) is not { } completed)
        {
            return;
        }
        (Replicas, Isr) = completed;
        RemovingReplicas = [];
        AddingReplicas = [];
    }

    /// <summary>
    /// As long as the ISR is smaller than min.insync.replicas nothing new is acknowledged, so whoever was in it when it
    /// became too small still has everything.
    /// </summary>
    private void FollowEligible()
    {
        if (!HasEligible)
        {
            _eligible = [];
            return;
        }
        _eligible = Isr.Length >= _turn.MinInsyncReplicas(_topic.Name, Replicas.Length)
            ? []
            : [.. _eligible.Union(_before.Isr).Where(replica => !Isr.Contains(replica) && replica != UncleanShutdown && Replicas.Contains(replica))];
    }

    private void Elect()
    {
        (int leader, bool isUnclean) = Winner();
        if (leader == _before.Leader)
        {
            return;
        }
        _record.Leader = leader;
        if (isUnclean)
        {
            // What the others have beyond the new leader's log is lost.
            _record.Isr = [leader];
            _record.LeaderRecoveryState = 1;
            _eligible = [];
        }
        else if (_eligible.Contains(leader))
        {
            Isr = [leader];
            _eligible = _eligible.Remove(leader);
        }
    }

    private (int Leader, bool IsUnclean) Winner()
    {
        if (Election == Election.Preferred && HasEverything(Replicas[0]))
        {
            return (Replicas[0], false);
        }
        if (HasEverything(_before.Leader))
        {
            return (_before.Leader, false);
        }
        foreach (int replica in Replicas)
        {
            if (HasEverything(replica))
            {
                return (replica, false);
            }
        }
        if (CanElectLastKnownLeader())
        {
            return (_before.LastKnownElr[0], true);
        }
        foreach (int replica in Replicas)
        {
            if (Election == Election.Unclean && MayLead(replica))
            {
                return (replica, true);
            }
        }
        return (PartitionRegistration.NoLeader, false);
    }

    private bool HasEverything(int replica) =>
        (Isr.Contains(replica) || (Isr.IsEmpty && _eligible.Contains(replica))) && MayLead(replica);

    private bool MayLead(int replica) =>
        replica != Excluded
        && replica != UncleanShutdown
        && _turn.Image.Cluster.TryGetBroker(replica, out BrokerRegistration? broker)
        && broker.IsActive
        && DirectoryIds.IsOnline(DirectoryOf(replica), broker.Directories);

    /// <summary>When nobody is left that surely has everything, the last leader has most.</summary>
    private bool CanElectLastKnownLeader() =>
        HasEligible
        && Isr.IsEmpty
        && _eligible.IsEmpty
        && _before.LastKnownElr.Length == 1
        && Replicas.Contains(_before.LastKnownElr[0])
        && MayLead(_before.LastKnownElr[0]);

    /// <summary>Replicas that leave fetch on until they learn of it; a new leader epoch fences them.</summary>
    private void RaiseLeaderEpochIfReplicasLeave()
    {
        if (_record.Leader == PartitionRegistration.NoLeaderChange && _before.Replicas.Any(replica => !Replicas.Contains(replica)))
        {
            _record.Leader = _before.Leader;
        }
    }

    private void SetEligible()
    {
        if (!_eligible.SequenceEqual(_before.EligibleLeaderReplicas))
        {
            _record.EligibleLeaderReplicas = [.. _eligible];
        }
    }

    private void SetIsr()
    {
        // Without eligible replicas the last of the ISR stays in it: nobody else has everything.
        if (_record.Isr is null && (!Isr.IsEmpty || HasEligible) && !Isr.SequenceEqual(_before.Isr))
        {
            _record.Isr = [.. Isr];
        }
        bool shrinks = _record.Isr is { } isr && _before.Isr.Any(replica => !isr.Contains(replica));
        if (shrinks && _record.Leader == PartitionRegistration.NoLeaderChange && _turn.MetadataVersion.RaisesLeaderEpochWhenIsrShrinks)
        {
            _record.Leader = _before.Leader;
        }
    }

    private void SetLastKnownLeader()
    {
        if (!HasEligible)
        {
            if (!_before.LastKnownElr.IsEmpty)
            {
                _record.LastKnownElr = [];
            }
        }
        else if (_record.Leader == PartitionRegistration.NoLeader && _before.LastKnownElr.IsEmpty && _before.Leader >= 0)
        {
            _record.LastKnownElr = [_before.Leader];
        }
        else if (_record.Leader >= 0 && !_before.LastKnownElr.IsEmpty)
        {
            _record.LastKnownElr = [];
        }
    }

    private void SetAssignment()
    {
        if (_turn.MetadataVersion.HasDirectories)
        {
            List<Uuid> directories = [.. Replicas.Select(DirectoryOf)];
            if (!directories.SequenceEqual(_before.Directories))
            {
                _record.Directories = directories;
            }
        }
        _record.Replicas = IfChanged(Replicas, _before.Replicas);
        _record.RemovingReplicas = IfChanged(RemovingReplicas, _before.RemovingReplicas);
        _record.AddingReplicas = IfChanged(AddingReplicas, _before.AddingReplicas);
    }

    private Uuid DirectoryOf(int replica) =>
        _directories.TryGetValue(replica, out Uuid directory) ? directory
        : _before.Replicas.Contains(replica) ? _before.DirectoryOf(replica)
        : PartitionAssignments.DefaultDirectory(_turn.Image.Cluster, replica);

    private static List<int>? IfChanged(ImmutableArray<int> wanted, ImmutableArray<int> before) =>
        wanted.SequenceEqual(before) ? null : [.. wanted];

    private static bool ChangesNothing(PartitionChangeRecord record) =>
        record.Leader == PartitionRegistration.NoLeaderChange
        && record.LeaderRecoveryState == -1
        && record is { Isr: null, Replicas: null, RemovingReplicas: null, AddingReplicas: null, Directories: null }
        && record is { EligibleLeaderReplicas: null, LastKnownElr: null };
}
