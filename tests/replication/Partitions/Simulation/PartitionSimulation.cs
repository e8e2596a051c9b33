using Compat.Log;
using Compat.Log.Storage;
using Compat.Replication.Partitions;
using Compat.Wire;

namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>A broken invariant, with what led to it.</summary>
internal sealed record Violation(int Seed, string Invariant, string Problem, string Trace)
{
    public override string ToString() => $"""
        Seed {Seed} breaks {Invariant}: {Problem}
        Replay: PARTITION_SEED={Seed} dotnet test -c Release tests/replication --filter "FullyQualifiedName~PartitionSimulationTests"
        {Trace}
        """;
}

/// <summary>
/// Brokers with real partitions and fetchers under one seed: messages are lost, late and doubled, processes stop, are killed
/// and lose what their disks had not written, leaders move and in-sync sets change, while producers write.
/// </summary>
internal sealed class PartitionSimulation : IDisposable
{
    private readonly Random _random;
    private readonly SimulatedBroker?[] _processes;
    private readonly MemoryStorage[] _disks;
    private readonly int[] _starts;
    private readonly List<Invariant> _invariants;
    private readonly List<(long Offset, string Value)>[] _acknowledged;
    private readonly List<Append> _appends = [];
    private int _values;

    public PartitionSimulation(SimulationOptions options)
    {
        Options = options;
        _random = new Random(options.Seed);
        Events = new EventQueue(_random);
        Controller = new SimulatedController(options, Events);
        _processes = new SimulatedBroker?[options.Brokers + 1];
        _starts = new int[options.Brokers + 1];
        _disks = [.. Enumerable.Range(0, options.Brokers + 1).Select(_ => new MemoryStorage(Events.Time))];
        _acknowledged = [.. Enumerable.Range(0, options.Partitions).Select(_ => new List<(long, string)>())];
        var history = new CommittedRecordsNeverChange();
        _invariants = [history, new AcknowledgedRecordsSurvive(), new VisibleEndIsMonotonic(), new OffsetsAreOrdered(), new InSyncReplicasHaveWhatIsCommitted(history)];
    }

    public SimulationOptions Options { get; }

    public EventQueue Events { get; }

    public SimulatedController Controller { get; }

    /// <summary>Whether faults have ended.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>All acknowledgements, so that a run can be seen to have done something.</summary>
    public int AcknowledgedCount => _acknowledged.Sum(list => list.Count);

    /// <summary>The replicas of all processes that run.</summary>
    public IEnumerable<(SimulatedBroker Broker, int Index, Partition Partition)> Replicas =>
        from broker in _processes
        where broker is not null
        from index in Enumerable.Range(0, Options.Partitions)
        let partition = broker.Partition(index)
        where partition is not null
        select (broker, index, partition);

    public static Violation? Run(SimulationOptions options)
    {
        using var simulation = new PartitionSimulation(options);
        return simulation.Run();
    }

    public SimulatedBroker? Process(int brokerId) => _processes[brokerId];

    public IReadOnlyList<(long Offset, string Value)> Acknowledged(int partition) => _acknowledged[partition];

    /// <summary>The replica that leads as the controller and its broker both say.</summary>
    public Partition? Leader(int index)
    {
        var registration = Controller.Partition(index);
        return registration.Leader > 0
            && Process(registration.Leader)?.Partition(index) is { IsLeader: true } partition
            && partition.LeaderEpoch == registration.LeaderEpoch ? partition : null;
    }

    /// <summary>Runs something in a process, if it still runs; later, if it is stopped.</summary>
    public void Run(SimulatedBroker broker, Action action)
    {
        if (!ReferenceEquals(_processes[broker.Id], broker))
        {
            return;
        }
        if (broker.IsPaused)
        {
            Events.After((int)(broker.PausedUntilMs - Events.NowMs), () => Run(broker, action));
            return;
        }
        action();
    }

    public void Dispose()
    {
        foreach (SimulatedBroker? broker in _processes)
        {
            broker?.Dispose();
        }
    }

    public Violation? Run()
    {
        for (int id = 1; id <= Options.Brokers; id++)
        {
            Start(id);
        }
        Produce();
        Strike();
        Events.After(50, CheckSessions);
        Violation? violation = RunUntil(Options.FaultyMs);
        if (violation is not null)
        {
            return violation;
        }
        Heal();
        return RunUntil(Options.FaultyMs + Options.HealingMs) ?? CheckConvergence();
    }

    private Violation? RunUntil(long untilMs)
    {
        while (Events.Step(untilMs))
        {
            TakeAcknowledgements();
            foreach (Invariant invariant in _invariants)
            {
                if (invariant.Check(this) is { } problem)
                {
                    return Violate(invariant.Name, problem);
                }
            }
        }
        return null;
    }

    private Violation Violate(string invariant, string problem) => new(Options.Seed, invariant, problem, string.Join('\n', Events.Trace));

    private Violation? CheckConvergence()
    {
        for (int index = 0; index < Options.Partitions; index++)
        {
            Partition? leader = Leader(index);
            if (leader is null || Controller.Partition(index).Isr.Length != Options.Brokers)
            {
                return Violate("Convergence", $"partition {index} has no leader, or not all in sync: {string.Join(',', Controller.Partition(index).Isr)}");
            }
            foreach ((SimulatedBroker broker, int other, Partition replica) in Replicas.Where(replica => replica.Index == index))
            {
                if (replica.Log.LogEndOffset != leader.Log.LogEndOffset || replica.HighWatermark != leader.Log.LogEndOffset)
                {
                    return Violate("Convergence", $"broker {broker.Id}: {replica.Log} of {other}, the leader's ends at {leader.Log.LogEndOffset}");
                }
            }
        }
        return null;
    }

    private void CheckSessions()
    {
        Controller.CheckSessions();
        Events.After(50, CheckSessions);
    }

    private void Start(int id)
    {
        var broker = new SimulatedBroker(this, id, _disks[id], ++_starts[id]);
        _processes[id] = broker;
        Events.Note($"{id} starts");
        Tick(broker);
    }

    private void Tick(SimulatedBroker broker) => Run(broker, () =>
    {
        broker.Tick(_random);
        Events.After(_random.Next(5, 25), () => Tick(broker));
    });

    private void Produce()
    {
        int index = _random.Next(Options.Partitions);
        foreach (SimulatedBroker? broker in _processes)
        {
            // A leader that has been replaced and does not know it is written to as well.
            if (broker is { IsPaused: false } && broker.Partition(index) is { IsLeader: true } partition && _random.Next(2) == 0)
            {
                string[] values = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => $"v{++_values}")];
                AppendResult result = partition.AppendAsLeader(PartitionFixture.Batch(values), -1, AppendOrigin.Client);
                if (result.ErrorCode == ErrorCode.None)
                {
                    _appends.Add(new Append(broker, index, partition, result.FirstOffset, result.LeaderEpoch, values));
                }
            }
        }
        if (!IsHealed || Events.NowMs < Options.FaultyMs + (Options.HealingMs / 2))
        {
            Events.After(_random.Next(2, 20), Produce);
        }
    }

    private void TakeAcknowledgements()
    {
        for (int i = _appends.Count - 1; i >= 0; i--)
        {
            Append append = _appends[i];
            if (!ReferenceEquals(_processes[append.Broker.Id], append.Broker))
            {
                _appends.RemoveAt(i);
            }
            else if (!append.Broker.IsPaused && append.Partition.FindOutcome(append.Offset + append.Values.Length, append.LeaderEpoch) is { } outcome)
            {
                _appends.RemoveAt(i);
                if (outcome == ErrorCode.None)
                {
                    _acknowledged[append.Index].AddRange(append.Values.Select((value, each) => (append.Offset + each, value)));
                }
            }
        }
    }

    private void Strike()
    {
        if (IsHealed)
        {
            return;
        }
        int id = _random.Next(1, Options.Brokers + 1);
        switch (_random.Next(10))
        {
            case 0 or 1:
                Controller.MoveLeader(_random.Next(Options.Partitions), _random);
                break;
            case 2 or 3 when _processes[id] is { } broker:
                Events.Note($"{id} is stopped");
                broker.PausedUntilMs = Events.NowMs + _random.Next(20, 900);
                break;
            case 4 or 5 when _processes[id] is not null:
                Events.Note($"{id} is killed");
                End(id, _disks[id].Copy());
                break;
            case 6 when _processes[id] is not null && MayLoseUnwritten(id):
                Events.Note($"{id} loses power");
                End(id, PowerLoss.Strike(_disks[id], "/data", _random));
                Controller.Fence(id);
                break;
            case 7 or 8:
                int other = _random.Next(0, Options.Brokers + 1);
                Events.Note($"cut {id} to {other}");
                Events.Cut(id, other);
                if (_random.Next(2) == 0)
                {
                    Events.Cut(other, id);
                }
                break;
            default:
                Events.Heal();
                break;
        }
        Events.After(_random.Next(20, 250), Strike);
    }

    /// <summary>Losing what is not on the disk is survived while another replica in sync has it (a broker alone in sync has to flush).</summary>
    private bool MayLoseUnwritten(int id) => Enumerable.Range(0, Options.Partitions).All(index =>
        !Controller.Partition(index).Isr.Contains(id)
        || Controller.Partition(index).Isr.Any(other => other != id && Controller.IsUnfenced(other) && _processes[other] is { IsRegistered: true }));

    private void End(int id, MemoryStorage disk)
    {
        _processes[id]!.Dispose();
        _processes[id] = null;
        _disks[id] = disk;
        _invariants.ForEach(invariant => invariant.OnEnded(id));
        Events.After(_random.Next(10, 1_500), () => Start(id));
    }

    private void Heal()
    {
        IsHealed = true;
        Events.Note("healed");
        Events.IsFaulty = false;
        Events.Heal();
        foreach (SimulatedBroker broker in _processes.OfType<SimulatedBroker>())
        {
            broker.PausedUntilMs = Math.Min(broker.PausedUntilMs, Events.NowMs);
        }
    }

    private sealed record Append(SimulatedBroker Broker, int Index, Partition Partition, long Offset, int LeaderEpoch, string[] Values);
}
