using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using Compat.Wire.Records;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Quorum.Core;

/// <summary>
/// One node among voters whose parts the test plays: it says what the others send and looks at what the node wants done.
/// </summary>
internal sealed class CoreScript
{
    private readonly QuorumRules _rules;
    private readonly List<QuorumEffect> _effects = [];
    private readonly LogIndex _log;
    private long _lastToken;

    public CoreScript(QuorumRules rules, int self = 1, int voters = 3, QuorumState? remembered = null, LogIndex? log = null, bool isVoter = true)
    {
        _rules = rules;
        Self = new ReplicaKey(self, Id(100 + self));
        Voters = new VoterSet(0, [.. Enumerable.Range(1, voters).Select(id => new Voter(id, Uuid.Zero, [Endpoint(id)]))]);
        _log = log ?? new LogIndex(0, 0, [], null, null);
        Core = new QuorumCore(Options(isVoter), _log, new VoterHistory(Voters, isRecorded: false), new Random(1), _rules);
        Core.Start(remembered ?? QuorumState.Initial, Now);
        Take();
    }

    public ReplicaKey Self { get; }

    public VoterSet Voters { get; }

    public QuorumCore Core { get; }

    public long NowMs { get; private set; } = 1_000_000;

    public Moment Now => new(NowMs, NowMs);

    /// <summary>Everything that was to be done, in order.</summary>
    public IReadOnlyList<QuorumEffect> Effects => _effects;

    public static BrokerEndpoint Endpoint(int id) => new("CONTROLLER", $"node{id}", 9093, 0);

    public static ReplicaKey Key(int id) => new(id, Id(100 + id));

    /// <summary>A batch of one record.</summary>
    public static byte[] Batch(long baseOffset, int epoch)
    {
        using var batch = new RecordBatchBuilder { BaseOffset = baseOffset, PartitionLeaderEpoch = epoch };
        batch.Append(1, default(ReadOnlyMemory<byte>?), new byte[] { (byte)baseOffset });
        return batch.Build();
    }

    /// <summary>A log of one record an epoch.</summary>
    public static LogIndex LogOf(params int[] epochs)
    {
        var log = new LogIndex(0, 0, [], null, null);
        foreach (int epoch in epochs)
        {
            log.Append(epoch, log.EndOffset + 1);
            log.Flushed(log.EndOffset);
        }
        return log;
    }

    /// <summary>Lets time pass until the next thing is due, several times.</summary>
    public void Pass(long ms)
    {
        long endMs = NowMs + ms;
        while (Math.Max(NowMs + 1, Core.NextTickMs) is var dueMs && dueMs <= endMs)
        {
            NowMs = dueMs;
            Core.Tick(Now);
            Take();
        }
        NowMs = endMs;
    }

    /// <summary>Everything is on the disk.</summary>
    public void Flush() => Do(core => core.Flushed(core.Log.End, Now));

    public void Do(Action<QuorumCore> input)
    {
        input(Core);
        Take();
    }

    /// <summary>Sends a request to the node and returns its answer, or null if it keeps the request.</summary>
    public QuorumAnswer? Ask(QuorumRequest request)
    {
        long token = ++_lastToken;
        Core.Receive(token, request, Now);
        Take();
        return AnswerTo(token);
    }

    public QuorumAnswer? AnswerTo(long token) => _effects.OfType<SendAnswer>().LastOrDefault(answer => answer.Token == token)?.Answer;

    public long LastToken => _lastToken;

    /// <summary>The last request that the node has sent to a node.</summary>
    public SendRequest? LastTo(int node) => _effects.OfType<SendRequest>().LastOrDefault(send => send.To.Id == node);

    public TRequest LastTo<TRequest>(int node)
        where TRequest : QuorumRequest => Assert.IsType<TRequest>(LastTo(node)?.Request);

    /// <summary>Answers the last request to a node.</summary>
    public void Answer(int node, QuorumAnswer answer)
    {
        Core.Receive(node, LastTo(node)!.CorrelationId, answer, Now);
        Take();
    }

    public void Fail(int node, RequestFailure failure)
    {
        Core.Fail(node, LastTo(node)!.CorrelationId, failure, Now);
        Take();
    }

    /// <summary>Propose one record.</summary>
    public bool Propose()
    {
        bool isAppended = Core.Propose(Batch(Core.Log.EndOffset, Core.Epoch), Now);
        Take();
        return isAppended;
    }

    /// <summary>Waits for the election and grants it by the vote of one other node.</summary>
    public CoreScript Elect(int by = 2)
    {
        Pass(2_500 - (NowMs % 2));
        if (Core.State is not ProspectiveState)
        {
            Pass(2_000);
        }
        Answer(by, Vote(isGranted: true));
        Answer(by, Vote(isGranted: true));
        Assert.True(Core.IsLeader);
        return this;
    }

    public VoteAnswer Vote(bool isGranted) => new(ErrorCode.None, new LeaderAndEpoch(-1, Core.Epoch), null, isGranted);

    public FetchLogAnswer Fetched(int leader, long highWatermark, params byte[][] batches) => new(
        ErrorCode.None, new LeaderAndEpoch(leader, Core.Epoch), new QuorumNode(leader, $"node{leader}", 9093), highWatermark,
        Records: batches.SelectMany(batch => batch).ToArray());

    public QuorumAnswer? Begin(int leader, int epoch) => Ask(new BeginEpochRequest(epoch, leader, Self, [Endpoint(leader)]));

    /// <summary>A fetch of a replica whose log ends with a record of an epoch.</summary>
    public FetchLogRequest FetchBy(int replica, long offset, int lastEpoch, long highWatermark = long.MaxValue) =>
        new(Core.Epoch, Key(replica), offset, lastEpoch, highWatermark, 500, 10_000);

    private QuorumCoreOptions Options(bool isVoter) => new()
    {
        Self = Self,
        CanBeVoter = isVoter,
        Endpoints = [Endpoint(Self.Id)],
        Bootstrap = [.. Voters.Voters.Select(voter => voter.NodeAt("CONTROLLER")!.Value)],
    };

    private void Take() => _effects.AddRange(Core.TakeEffects());
}
