using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Replication.Tests.Quorum.Simulation;

/// <summary>
/// A quorum whose clocks, network, disks and crashes come from one seed. The same seed is the same run, to the last message.
/// </summary>
internal sealed class QuorumSimulation
{
    private const int RequestTimeoutMs = 2_000;
    private const int CheckEveryMs = 500;
    private const int MostBehind = 50;
    private const int NewBatches = 5;

    private readonly PriorityQueue<Action, (long DueMs, long Order)> _events = new();
    private readonly Dictionary<long, PendingRequest> _requests = [];
    private readonly HashSet<(int From, int To)> _cuts = [];
    private readonly List<IInvariant> _invariants;
    private long _order;
    private long _lastToken;
    private int _lastValue;

    public QuorumSimulation(int seed, QuorumRules? rules = null)
    {
        Random = new Random(seed);
        int voters = Random.Next(5) switch { 0 => 1, 1 => 5, _ => 3 };
        int observers = Random.Next(2);
        VoterSet = new VoterSet(0, [.. Enumerable.Range(1, voters).Select(id => new Voter(id, Uuid.Zero, [EndpointOf(id)]))]);
        Committed = new CommittedEntriesNeverChange();
        _invariants = [new OneLeaderAnEpoch(), new MonotonicHighWatermark(), Committed];
        Replicas =
        [
            .. Enumerable.Range(1, voters + observers).Select(id => new SimulatedReplica(
                this, id, id <= voters, 0.95 + (0.1 * Random.NextDouble()), rules ?? new QuorumRules())),
        ];
        Faults = new Faults(this);
    }

    public Random Random { get; }

    public long NowMs { get; private set; } = 1;

    /// <summary>Told of everything that a node does; null for nobody.</summary>
    public Action<string>? Trace { get; init; }

    public VoterSet VoterSet { get; }

    public IReadOnlyList<SimulatedReplica> Replicas { get; }

    public IReadOnlyList<SimulatedReplica> Voters => [.. Replicas.Where(replica => replica.IsVoter)];

    public CommittedEntriesNeverChange Committed { get; }

    public Faults Faults { get; }

    /// <summary>Runs with faults for a while, then without, and then everybody has to agree and to go on.</summary>
    public void Run(int faultyMs = 6_000, int calmMs = 15_000)
    {
        foreach (SimulatedReplica replica in Replicas)
        {
            After(Random.Next(300), replica.Start);
        }
        After(100, Propose);
        Faults.Start();
        RunUntil(NowMs + faultyMs);
        Faults.Stop();
        long endMs = NowMs + calmMs;
        while (Disagreement() is { } disagreement)
        {
            if (NowMs >= endMs)
            {
                throw new InvariantViolation($"{disagreement}, long after everything was healed");
            }
            RunUntil(NowMs + CheckEveryMs);
        }
    }

    public void After(long delayMs, Action action) => _events.Enqueue(action, (NowMs + delayMs, ++_order));

    public QuorumCoreOptions OptionsOf(SimulatedReplica replica) => new()
    {
        Self = new ReplicaKey(replica.Id, Records.DirectoryId(replica.Id)),
        CanBeVoter = replica.IsVoter,
        ControllerListener = EndpointOf(1).ListenerName,
        Endpoints = replica.IsVoter ? [EndpointOf(replica.Id)] : [],
        Bootstrap = [.. VoterSet.Voters.Select(voter => voter.NodeAt(EndpointOf(1).ListenerName)!.Value)],
        FetchMaxBytes = 600,
        FetchSnapshotMaxBytes = 1_000,
        RequestTimeoutMs = RequestTimeoutMs,
    };

    public void Check(SimulatedReplica replica) => _invariants.ForEach(invariant => invariant.Check(replica));

    public bool CrashesBetweenEffects(SimulatedReplica replica) => Faults.CrashesNow(replica);

    public long FlushMs(SimulatedReplica replica) => replica.HasSlowDisk ? 20 + Random.Next(600) : Random.Next(4);

    public void Cut(int from, int to) => _cuts.Add((from, to));

    public void HealAll() => _cuts.Clear();

    public void Send(SimulatedReplica from, SendRequest send)
    {
        long token = ++_lastToken;
        _requests[token] = new PendingRequest(from, from.Incarnation, send.To.Id, send.CorrelationId);
        Deliver(from.Id, send.To.Id, () => Arrive(token, send));
        After(RequestTimeoutMs, () => Fail(token, RequestFailure.TimedOut));
    }

    public void Answer(SimulatedReplica from, long token, QuorumAnswer answer)
    {
        if (_requests.TryGetValue(token, out PendingRequest? request))
        {
            Deliver(from.Id, request.From.Id, () =>
            {
                if (request.From.IsUp && request.From.Incarnation == request.Incarnation)
                {
                    request.From.Receive(request.To, request.CorrelationId, answer);
                }
            });
        }
    }

    private static BrokerEndpoint EndpointOf(int id) => new("CONTROLLER", $"node{id}", 9093, 0);

    private void Arrive(long token, SendRequest send)
    {
        SimulatedReplica to = Replicas[send.To.Id - 1];
        if (to.IsUp)
        {
            to.Receive(token, send.Request);
        }
        else
        {
            // The machine answers that the process is gone, or nothing does.
            After(1, () => Fail(token, RequestFailure.Broken));
        }
    }

    private void Fail(long token, RequestFailure failure)
    {
        if (_requests.Remove(token, out PendingRequest? request) && request.From.IsUp && request.From.Incarnation == request.Incarnation)
        {
            request.From.Fail(request.To, request.CorrelationId, failure);
        }
    }

    private void Deliver(int from, int to, Action arrive)
    {
        if (_cuts.Contains((from, to)) || Faults.LosesMessage())
        {
            return;
        }
        After(Faults.DelayMs(), arrive);
        if (Faults.DoublesMessage())
        {
            After(Faults.DelayMs(), arrive);
        }
    }

    private void Propose()
    {
        foreach (SimulatedReplica replica in Replicas.Where(replica => replica.IsUp))
        {
            replica.Propose(NextBatch);
        }
        After(1 + Random.Next(150), Propose);
    }

    private byte[] NextBatch(long baseOffset, int epoch)
    {
        using var batch = new RecordBatchBuilder { BaseOffset = baseOffset, PartitionLeaderEpoch = epoch };
        int records = 1 + Random.Next(3);
        for (int i = 0; i < records; i++)
        {
            batch.Append(NowMs, default(ReadOnlyMemory<byte>?), BitConverter.GetBytes(++_lastValue));
        }
        return batch.Build();
    }

    private void RunUntil(long endMs)
    {
        while (_events.TryPeek(out _, out (long DueMs, long Order) next) && next.DueMs <= endMs)
        {
            NowMs = next.DueMs;
            _events.Dequeue()();
        }
        NowMs = endMs;
    }

    /// <summary>What is missing until all follow one leader that goes on to commit; null if nothing is.</summary>
    private string? Disagreement()
    {
        SimulatedReplica[] leaders = [.. Replicas.Where(replica => replica.Core.IsLeader)];
        if (leaders.Length != 1)
        {
            return $"{leaders.Length} nodes lead";
        }
        QuorumCore leader = leaders[0].Core;
        SimulatedReplica? behind = Replicas.FirstOrDefault(replica => replica.Core.Epoch != leader.Epoch || replica.Core.HighWatermark < leader.HighWatermark - MostBehind);
        if (behind is not null)
        {
            return $"{behind.Id} is at {behind.Core.HighWatermark} of epoch {behind.Core.Epoch}, the leader at {leader.HighWatermark} of {leader.Epoch}";
        }
        return Committed.History.Count(batch => batch.Epoch == leader.Epoch) < NewBatches ? "hardly anything of the last epoch is committed" : null;
    }

    private sealed record PendingRequest(SimulatedReplica From, int Incarnation, int To, long CorrelationId);
}

/// <summary>Ids that are the same in every run.</summary>
internal static class Records
{
    public static Uuid DirectoryId(int node) => Metadata.Records.Id(1_000 + node);
}
