using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller.Model;

/// <summary>
/// Brokers that live and die, partitions whose records they copy, administrators, and a controller that decides; one step at a
/// time, the same for the same seed. After every step all invariants are checked.
/// </summary>
internal sealed class ControllerWorld
{
    private const int Brokers = 5;
    private const int Topics = 3;

    private readonly Random _random;
    private readonly Given _given;
    private readonly bool _losesPower;
    private readonly Dictionary<int, int> _incarnations = [];
    private readonly Dictionary<int, long> _cleanEpochs = [];
    private readonly HashSet<int> _up = [];
    private readonly Dictionary<(Uuid Topic, int Partition), PartitionData> _data = [];
    private readonly List<string> _history = [];
    private bool _isUncleanRequested;

    /// <param name="seed">Decides everything.</param>
    /// <param name="hasEligible">Whether eligible leader replicas are kept; then processes die by losses of power.</param>
    /// <param name="allowsUnclean">Whether one of the topics allows unclean elections.</param>
    public ControllerWorld(int seed, bool hasEligible, bool allowsUnclean)
    {
        _random = new Random(seed);
        _losesPower = hasEligible;
        _given = new Given(hasEligible ? [Feature(FeatureCatalog.EligibleLeaderReplicas, 1)] : []);
        for (int id = 1; id <= Brokers; id++)
        {
            Start(id);
            _given.Hear(_given.Heartbeat(id), id);
        }

        for (int i = 0; i < Topics; i++)
        {
            _given.Create($"t{i}", 3, (short)(i + 1));
            _given.Happened(Config($"t{i}", "min.insync.replicas", $"{Math.Min(i + 1, 2)}"));
        }

        if (allowsUnclean)
        {
            _given.Happened(Config("t1", "unclean.leader.election.enable", "true"));
        }
    }

    public MetadataImage Image => _given.Image;

    public bool HasEligible => _given.Turn.HasEligibleLeaderReplicas;

    /// <summary>True if the step was a leader's report, by which it may name whom it knows to be in sync.</summary>
    public bool IsIsrReported { get; private set; }

    public string History => string.Join('\n', _history.TakeLast(25));

    public int AcknowledgedCount => _data.Values.Sum(data => data.AcknowledgedCount);

    /// <summary>True if the process runs: one that does not leads nobody, whatever the controller knows of it.</summary>
    public bool IsUp(int broker) => _up.Contains(broker);

    public int MinInsync(TopicImage topic, PartitionRegistration partition) =>
        _given.Turn.MinInsyncReplicas(topic.Name, partition.Replicas.Length);

    public bool AllowsUnclean(string topic) => _isUncleanRequested || _given.Turn.AllowsUncleanElection(topic);

    public PartitionData? Data(Uuid topic, int partition) => _data.GetValueOrDefault((topic, partition));

    /// <summary>Does one thing at random; returns what it broke, or null.</summary>
    public string? Step()
    {
        MetadataImage before = Image;
        (IsIsrReported, _isUncleanRequested) = (false, false);
        int broker = _random.Next(1, Brokers + 1);
        switch (_random.Next(20))
        {
            case < 5: Do("produce", Produce); break;
            case < 9: Do("report", ReportIsr); break;
            case < 11: Do($"kill {broker}", () => Kill(broker)); break;
            case < 13: Do($"start {broker}", () => Start(broker)); break;
            case 13: Do($"stop {broker}", () => Stop(broker)); break;
            case 14: Do("time", PassTime); break;
            case 15: Do("elect", Elect); break;
            case 16: Do("move", Move); break;
            case 17: Do("balance", () => Then(LeaderElections.DecidePreferred(_given.Turn))); break;
            case 18: Do("late report", ReportLate); break;
            default: Do("minimum", ChangeMinimum); break;
        }

        HearAll();
        AcceptUnclean(before);
        foreach (ControllerInvariant invariant in ControllerInvariant.All)
        {
            if (invariant.Check(this, before, Image) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private void Do(string what, Action action)
    {
        _history.Add(what);
        action();
    }

    private T Then<T>(Decision<T> decision)
    {
        foreach (MetadataRecord record in decision.Records)
        {
            _history.Add($"    {record.Message.GetType().Name} {Describe(record.Message)}");
        }

        return _given.Then(decision);
    }

    private static string Describe(object record) => record is PartitionChangeRecord change
        ? $"{change.TopicId}-{change.PartitionId} leader {change.Leader} isr {Show(change.Isr)} elr {Show(change.EligibleLeaderReplicas)} replicas {Show(change.Replicas)}"
        : record is BrokerRegistrationChangeRecord broker ? $"{broker.BrokerId} fenced {broker.Fenced} stopping {broker.InControlledShutdown}" : "";

    private static string Show(List<int>? ids) => ids is null ? "-" : string.Join(',', ids);

    private void Start(int id)
    {
        if (!_up.Contains(id))
        {
            int incarnation = _incarnations[id] = _incarnations.GetValueOrDefault(id) + 1;
            BrokerRegistrationRequest request = Registrations.Request(id, incarnation, _cleanEpochs.GetValueOrDefault(id, -1));
            if (Then(RegisterBroker.Decide(_given.Turn, request, 4)).ErrorCode == ErrorCode.None)
            {
                _up.Add(id);
                _cleanEpochs.Remove(id);
            }
        }
    }

    private void Kill(int id)
    {
        if (_up.Remove(id))
        {
            long epoch = Image.Cluster.Brokers[id].Epoch;
            if (_losesPower)
            {
                foreach (PartitionData data in _data.Values)
                {
                    data.LoseEnd(id, _random);
                }
            }

            // The connection may break at once, or nobody notices before the session is over.
            if (_random.Next(2) == 0)
            {
                Then(FenceBrokers.DecideConnectionLost(_given.Turn, id, epoch, id));
            }
        }
    }

    private void Stop(int id)
    {
        for (int i = 0; i < 3 && _up.Contains(id) && !Image.Cluster.Brokers[id].Fenced; i++)
        {
            BrokerHeartbeatRequest request = _given.Heartbeat(id);
            request.WantShutDown = true;
            if (Then(HeartbeatBroker.Decide(_given.Turn, request, id)).ShouldShutDown)
            {
                _up.Remove(id);
                _cleanEpochs[id] = request.BrokerEpoch;
                return;
            }

            HearAll(except: id);
        }
    }

    private void HearAll(int except = -1)
    {
        foreach (int id in _up.Order().ToArray())
        {
            if (id != except && _random.Next(4) > 0 && !Image.Cluster.Brokers[id].InControlledShutdown)
            {
                Then(HeartbeatBroker.Decide(_given.Turn, _given.Heartbeat(id), id));
            }
        }
    }

    private void PassTime()
    {
        _given.NowSeconds += _random.Next(12);
        while (Then(FenceBrokers.DecideExpired(_given.Turn)))
        {
        }
    }

    private (TopicImage Topic, int Index, PartitionRegistration Partition) Any()
    {
        TopicImage topic = Image.Topics.ByName.GetValueOrDefault($"t{_random.Next(Topics)}")!;
        int index = _random.Next(topic.Partitions.Length);
        return (topic, index, topic.Partitions[index]);
    }

    private PartitionData DataOf(TopicImage topic, int index) =>
        _data.TryGetValue((topic.Id, index), out PartitionData? data) ? data : _data[(topic.Id, index)] = new PartitionData();

    private bool Leads(PartitionRegistration partition) => _up.Contains(partition.Leader) && Image.Cluster.IsActive(partition.Leader);

    private void Produce()
    {
        (TopicImage topic, int index, PartitionRegistration partition) = Any();
        if (Leads(partition) && partition.LeaderRecoveryState == 0)
        {
            DataOf(topic, index).Produce(partition.Leader, partition.Isr, _up.Contains, MinInsync(topic, partition));
        }
    }

    /// <summary>The leader names those who have all it has, and drops some of those who may be slow.</summary>
    private void ReportIsr()
    {
        (TopicImage topic, int index, PartitionRegistration partition) = Any();
        if (!Leads(partition))
        {
            return;
        }

        IsIsrReported = true;
        PartitionData data = DataOf(topic, index);
        int[] live = [.. partition.Replicas.Where(id => id != partition.Leader && _up.Contains(id) && _random.Next(4) > 0)];
        foreach (int follower in live)
        {
            data.Copy(partition.Leader, follower);
        }

        int[] isr = partition.LeaderRecoveryState == 1 ? [partition.Leader] : [partition.Leader, .. live.Where(Image.Cluster.IsActive)];
        Then(AlterPartition.Decide(_given.Turn, Report(topic, index, partition, isr, id => Image.Cluster.Brokers[id].Epoch)));
    }

    /// <summary>A report of an epoch that is over, or of a broker that never led.</summary>
    private void ReportLate()
    {
        (TopicImage topic, int index, PartitionRegistration partition) = Any();
        AlterPartitionRequest request = Report(topic, index, partition, [.. partition.Replicas], _ => -1);
        AlterPartitionRequest.PartitionData late = request.Topics[0].Partitions[0];
        switch (_random.Next(3))
        {
            case 0: late.LeaderEpoch--; break;
            case 1: late.PartitionEpoch--; break;
            default: request.BrokerEpoch--; break;
        }

        Assert.Empty(AlterPartition.Decide(_given.Turn, request).Records);
    }

    private AlterPartitionRequest Report(TopicImage topic, int index, PartitionRegistration partition, int[] isr, Func<int, long> epochOf)
    {
        int reporter = partition.Leader >= 0 ? partition.Leader : partition.Replicas[0];
        return new AlterPartitionRequest
        {
            BrokerId = reporter,
            BrokerEpoch = Image.Cluster.Brokers[reporter].Epoch,
            Topics =
            [
                new()
                {
                    TopicId = topic.Id,
                    Partitions =
                    [
                        new()
                        {
                            PartitionIndex = index,
                            LeaderEpoch = partition.LeaderEpoch,
                            PartitionEpoch = partition.PartitionEpoch,
                            NewIsrWithEpochs = [.. isr.Select(id => new AlterPartitionRequest.BrokerState { BrokerId = id, BrokerEpoch = epochOf(id) })],
                        },
                    ],
                },
            ],
        };
    }

    private void Elect()
    {
        (TopicImage topic, int index, _) = Any();
        _isUncleanRequested = _random.Next(4) == 0;
        Then(ElectLeaders.Decide(_given.Turn, new()
        {
            ElectionType = _isUncleanRequested ? (sbyte)1 : (sbyte)0,
            TopicPartitions = [new() { Topic = topic.Name, Partitions = [index] }],
        }));
    }

    private void Move()
    {
        (TopicImage topic, int index, PartitionRegistration partition) = Any();
        int[] brokers = [.. Enumerable.Range(1, Brokers)];
        _random.Shuffle(brokers);
        List<int>? wanted = partition.IsReassigning && _random.Next(3) == 0 ? null : [.. brokers[.._random.Next(1, 4)]];
        Then(AlterPartitionReassignments.Decide(_given.Turn, new()
        {
            Topics = [new() { Name = topic.Name, Partitions = [new() { PartitionIndex = index, Replicas = wanted }] }],
        }));
    }

    private void ChangeMinimum() => Then(IncrementalAlterConfigs.Decide(_given.Turn, new IncrementalAlterConfigsRequest
    {
        Resources = [new() { ResourceType = 2, ResourceName = $"t{_random.Next(Topics)}", Configs = [new() { Name = "min.insync.replicas", Value = $"{_random.Next(1, 4)}" }] }],
    }));

    private void AcceptUnclean(MetadataImage before)
    {
        foreach (((Uuid topic, int index), PartitionData data) in _data)
        {
            PartitionRegistration now = Image.Topics.ById.GetValueOrDefault(topic)!.Partitions[index];
            PartitionRegistration was = before.Topics.ById.GetValueOrDefault(topic)!.Partitions[index];
            if (now.LeaderRecoveryState == 1 && (was.LeaderRecoveryState == 0 || now.Leader != was.Leader) && now.Leader >= 0)
            {
                data.Accept(now.Leader);
            }
        }
    }
}
