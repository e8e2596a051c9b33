using Compat.Replication.Quorum;
using Compat.Replication.Quorum.Core;
using Compat.Wire;

namespace Compat.Replication.Tests.Quorum.Simulation;

/// <summary>A node of the simulation: its disk, its clock, and the core of the process that runs upon them.</summary>
internal sealed class SimulatedReplica
{
    private readonly QuorumRules _rules;
    private readonly double _clockRate;
    private QuorumCore? _core;
    private List<byte>? _partialSnapshot;
    private bool _isFlushing;
    private bool _flushAgain;

    public SimulatedReplica(QuorumSimulation simulation, int id, bool isVoter, double clockRate, QuorumRules rules)
    {
        Simulation = simulation;
        Id = id;
        IsVoter = isVoter;
        _clockRate = clockRate;
        _rules = rules;
    }

    public QuorumSimulation Simulation { get; }

    public int Id { get; }

    public bool IsVoter { get; }

    public SimulatedDisk Disk { get; } = new();

    public int Incarnation { get; private set; }

    public bool IsUp => _core is not null;

    public bool HasSlowDisk { get; set; }

    public QuorumCore Core => _core ?? throw new InvalidOperationException($"Node {Id} is down.");

    private Moment Now => new((long)(Simulation.NowMs * _clockRate), Simulation.NowMs);

    public void Start()
    {
        Incarnation++;
        bool hasSnapshot = Disk.Snapshots.Count > 0;
        _core = new QuorumCore(
            Simulation.OptionsOf(this), Disk.Index(), new VoterHistory(Simulation.VoterSet, hasSnapshot), new Random(Simulation.Random.Next()), _rules);
        Do(core => core.Start(Disk.Election, Now));
    }

    public void Crash(bool losesPower)
    {
        _core = null;
        _partialSnapshot = null;
        (_isFlushing, _flushAgain) = (false, false);
        if (losesPower)
        {
            Disk.LosePower(Simulation.Random);
        }
        else
        {
            Disk.Kill();
        }
    }

    public void Receive(long token, QuorumRequest request) => Do(core => core.Receive(token, request, Now));

    public void Receive(int from, long correlationId, QuorumAnswer answer) => Do(core => core.Receive(from, correlationId, answer, Now));

    public void Fail(int nodeId, long correlationId, RequestFailure failure) => Do(core => core.Fail(nodeId, correlationId, failure, Now));

    public void Resign() => Do(core => core.Resign(core.Epoch, Now));

    public void Propose(Func<long, int, byte[]> batch) => Do(core =>
    {
        if (core.IsLeader)
        {
            core.Propose(batch(core.Log.EndOffset, core.Epoch), Now);
        }
    });

    /// <summary>Makes a snapshot of everything that is committed here.</summary>
    public void Snapshot()
    {
        long offset = Core.HighWatermark;
        int epoch = Core.Log.EpochBefore(offset);
        if (offset == 0 || (Disk.Snapshots.Count > 0 && Disk.Snapshots.Keys[^1].Offset >= offset))
        {
            return;
        }
        var id = new OffsetAndEpoch(offset, epoch);
        Disk.Add(StoredSnapshot.Of(id, Simulation.Committed.StateAt(offset), Simulation.Random.Next(3_000), Simulation.VoterSet), keep: 2);
        Core.SnapshotCreated(id, Disk.Snapshots.Keys[0], Disk.StartOffset);
    }

    private void Do(Action<QuorumCore> input)
    {
        if (_core is not { } core)
        {
            return;
        }
        input(core);
        CarryOut(core);
        if (ReferenceEquals(core, _core))
        {
            Simulation.Check(this);
            ScheduleTick(core);
        }
    }

    private void CarryOut(QuorumCore core)
    {
        while (core.TakeEffects() is { Count: > 0 } effects)
        {
            foreach (QuorumEffect effect in effects)
            {
                if (Simulation.CrashesBetweenEffects(this))
                {
                    return;
                }
                Simulation.Trace?.Invoke($"{Simulation.NowMs} {Id} {core.State.GetType().Name} {effect}");
                CarryOut(core, effect);
            }
        }
    }

    private void CarryOut(QuorumCore core, QuorumEffect effect)
    {
        switch (effect)
        {
            case PersistElection persist:
                Disk.Election = persist.State;
                break;
            case AppendToLog append:
                Disk.Append(append.Batches);
                break;
            case TruncateLog truncate:
                Disk.TruncateTo(truncate.Offset);
                break;
            case FlushLog:
                Flush();
                break;
            case SendRequest send:
                Simulation.Send(this, send);
                break;
            case SendAnswer answer:
                Simulation.Answer(this, answer.Token, Fill(answer.Answer));
                break;
            case StoreSnapshotPiece piece:
                Store(core, piece);
                break;
        }
    }

    private QuorumAnswer Fill(QuorumAnswer answer) => answer switch
    {
        FetchLogAnswer { ReadFrom: { } from } fetch => fetch with { Records = Disk.Read(from, fetch.MaxBytes) },
        FetchSnapshotAnswer { Error: ErrorCode.None } piece => Fill(piece),
        _ => answer,
    };

    private FetchSnapshotAnswer Fill(FetchSnapshotAnswer answer)
    {
        if (!Disk.Snapshots.TryGetValue(answer.SnapshotId, out StoredSnapshot? snapshot))
        {
            return answer with { Error = ErrorCode.SnapshotNotFound };
        }
        int length = (int)Math.Min(answer.MaxBytes, snapshot.Bytes.Length - answer.Position);
        return answer with { Size = snapshot.Bytes.Length, Bytes = snapshot.Bytes.AsMemory((int)answer.Position, length) };
    }

    private void Store(QuorumCore core, StoreSnapshotPiece piece)
    {
        if (piece.Position == 0)
        {
            _partialSnapshot = [];
        }
        if (_partialSnapshot!.Count != piece.Position)
        {
            throw new InvariantViolation($"a piece of a snapshot came for {piece.Position} and not for {_partialSnapshot.Count}");
        }
        _partialSnapshot.AddRange(piece.Bytes.Span);
        if (!piece.IsLast)
        {
            return;
        }
        var snapshot = new StoredSnapshot(piece.Id, [.. _partialSnapshot], Simulation.VoterSet);
        if (snapshot.State != Simulation.Committed.StateAt(piece.Id.Offset))
        {
            throw new InvariantViolation($"the snapshot {piece.Id} that {Id} has fetched is not what was committed");
        }
        Disk.Install(snapshot);
        core.SnapshotInstalled(piece.Id, snapshot.Voters, Now);
    }

    private void Flush()
    {
        _flushAgain = _isFlushing;
        if (_isFlushing)
        {
            return;
        }
        _isFlushing = true;
        OffsetAndEpoch end = Disk.End;
        List<StoredBatch> content = Disk.Content();
        int incarnation = Incarnation;
        Simulation.After(Simulation.FlushMs(this), () =>
        {
            if (!IsUp || Incarnation != incarnation)
            {
                return;
            }
            Disk.MakeDurable(content);
            _isFlushing = false;
            if (_flushAgain)
            {
                Flush();
            }
            Do(core => core.Flushed(end, Now));
        });
    }

    private void ScheduleTick(QuorumCore core)
    {
        if (core.NextTickMs == long.MaxValue)
        {
            return;
        }
        long delayMs = Math.Max(1, (long)Math.Ceiling((core.NextTickMs - Now.ElapsedMs) / _clockRate));
        long dueMs = Simulation.NowMs + delayMs;
        if (_tickDueMs > Simulation.NowMs && _tickDueMs <= dueMs && _tickIncarnation == Incarnation)
        {
            return;
        }
        (_tickDueMs, _tickIncarnation) = (dueMs, Incarnation);
        int incarnation = Incarnation;
        Simulation.After(delayMs, () =>
        {
            if (IsUp && Incarnation == incarnation && _tickDueMs == dueMs)
            {
                _tickDueMs = 0;
                Do(each => each.Tick(Now));
            }
        });
    }

    private long _tickDueMs;
    private int _tickIncarnation;
}
