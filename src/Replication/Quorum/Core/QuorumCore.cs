using Compat.Wire.Records;

namespace Compat.Replication.Quorum.Core;

/// <summary>Why a request was not answered.</summary>
internal enum RequestFailure
{
    /// <summary>The connection could not be made or broke: the node's process may have ended.</summary>
    Broken,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The node cannot say what was asked in any version.</summary>
    Unsupported,
}

/// <summary>
/// KRaft as one node plays it (KIP-595, KIP-630, KIP-853, KIP-996, KIP-1166), without clock, thread, network or file:
/// inputs change the state and leave <see cref="QuorumEffect"/>s, which are carried out in order before the next input.
/// What a node does in each state of an epoch is the state's own class (<see cref="EpochState"/>).
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Epoch and vote are on the disk before a message that follows from them leaves.</item>
/// <item>A fetch acknowledges what is before its offset, so a voter only fetches past what it has flushed, and the leader
/// counts its own flushed end.</item>
/// <item>A leader commits nothing before a record of its own epoch, and nothing below the high watermark is ever cut.</item>
/// <item>A leader is named to others only by itself and by those who heard from it recently.</item>
/// </list>
/// </remarks>
internal sealed partial class QuorumCore
{
    private readonly Random _random;
    private readonly List<QuorumEffect> _effects = [];
    private QuorumState? _persisted;
    private LeaderAndEpoch? _told;
    private EpochState _state;

    /// <summary>Makes the core of a node upon its log.</summary>
    /// <param name="options">The node.</param>
    /// <param name="log">Its log as it is on the disk.</param>
    /// <param name="voters">The voters of that log.</param>
    /// <param name="random">For election timeouts.</param>
    /// <param name="rules">The rules; null for those that are right.</param>
    public QuorumCore(QuorumCoreOptions options, LogIndex log, VoterHistory voters, Random random, QuorumRules? rules = null)
    {
        Rules = rules ?? new QuorumRules();
        Options = options;
        Log = log;
        VoterHistory = voters;
        _random = random;
        HighWatermark = Math.Max(log.StartOffset, log.LatestSnapshot?.Offset ?? 0);
        Requests = new Requests(options);
        _state = new UnattachedState(this, 0, -1, ReplicaKey.None, long.MaxValue);
    }

    public QuorumCoreOptions Options { get; }

    public ReplicaKey Self => Options.Self;

    public LogIndex Log { get; }

    public VoterHistory VoterHistory { get; }

    /// <summary>The voters as the end of the log has them.</summary>
    public VoterSet Voters => VoterHistory.Last;

    /// <summary>True if this node votes.</summary>
    public bool IsVoter => Options.CanBeVoter && Voters.IsVoter(Self);

    /// <summary>True if nobody else votes.</summary>
    public bool IsOnlyVoter => IsVoter && Voters.Voters.Length == 1;

    /// <summary>Everything below is committed as far as this node knows. Never goes down while the process lives.</summary>
    public long HighWatermark { get; private set; }

    public EpochState State => _state;

    public int Epoch => _state.Epoch;

    /// <summary>Epoch and leader as the node itself sees them.</summary>
    public LeaderAndEpoch Leader => new(_state.ToldLeaderId, _state.Epoch);

    /// <summary>True if this node leads.</summary>
    public bool IsLeader => _state is LeaderState;

    /// <summary>True once the node does not want to take part any more.</summary>
    public bool IsShuttingDown { get; private set; }

    /// <summary>When the next <see cref="Tick"/> is due, by <see cref="Moment.ElapsedMs"/>; <see cref="long.MaxValue"/> for never.</summary>
    public long NextTickMs => _state.DeadlineMs;

    internal QuorumRules Rules { get; }

    internal Requests Requests { get; }

    internal Moment Now { get; private set; }

    internal long NowMs => Now.ElapsedMs;

    /// <summary>Takes what is to be done; the caller does it in order before the next input.</summary>
    public List<QuorumEffect> TakeEffects()
    {
        List<QuorumEffect> taken = [.. _effects];
        _effects.Clear();
        return taken;
    }

    /// <summary>Begins, in the state that the node remembers of before. An only voter leads when this returns.</summary>
    public void Start(QuorumState remembered, Moment now)
    {
        Now = now;
        _persisted = remembered;
        Become(StateAfterStart(remembered));
        Poll();
    }

    /// <summary>Time has passed.</summary>
    public void Tick(Moment now)
    {
        Now = now;
        Poll();
    }

    /// <summary>The log was on the disk up to an offset; the record before that is of the epoch.</summary>
    public void Flushed(OffsetAndEpoch end, Moment now)
    {
        Now = now;
        if (end.Offset > Log.FlushedOffset && Rules.IsFlushOf(Log, end))
        {
            Log.Flushed(Math.Min(end.Offset, Log.EndOffset));
            (_state as LeaderState)?.OnFlushed();
        }
        Poll();
    }

    /// <summary>Appends a batch whose base offset is the end of the log; false if this node does not lead its epoch.</summary>
    public bool Propose(ReadOnlyMemory<byte> batch, Moment now)
    {
        Now = now;
        if (_state is not LeaderState leader || new RecordBatch(batch).PartitionLeaderEpoch != leader.Epoch || IsShuttingDown)
        {
            return false;
        }
        AppendOwn(leader, batch);
        Poll();
        return true;
    }

    /// <summary>Gives the leadership of an epoch up, if this node has it, and lets the best of the others go first.</summary>
    public void Resign(int epoch, Moment now)
    {
        Now = now;
        if (_state is LeaderState leader && leader.Epoch == epoch)
        {
            Become(leader.Resigned());
        }
        Poll();
    }

    /// <summary>
    /// Takes part in no election any more. A leader among others resigns, and is done (<see cref="IsShutDown"/>) when they know.
    /// </summary>
    public void ShutDown(Moment now)
    {
        Now = now;
        IsShuttingDown = true;
        if (_state is LeaderState leader && !IsOnlyVoter)
        {
            Become(leader.Resigned());
        }
        Poll();
    }

    /// <summary>True when nobody needs this node to be there any more.</summary>
    public bool IsShutDown => IsShuttingDown && _state is not ResignedState { IsEverybodyTold: false };

    /// <summary>A snapshot of the committed log was made, and perhaps what it makes needless was removed.</summary>
    public void SnapshotCreated(OffsetAndEpoch id, OffsetAndEpoch earliest, long logStartOffset) => Log.AddSnapshot(id, earliest, logStartOffset);

    /// <summary>A fetched snapshot has taken the place of the log.</summary>
    public void SnapshotInstalled(OffsetAndEpoch id, VoterSet voters, Moment now)
    {
        Now = now;
        Log.StartAt(id);
        // With kraft.version 0 the voters are those of the configuration, whatever the snapshot.
        VoterHistory.StartAt(voters.KRaftVersion > 0 ? voters : Voters);
        AdvanceHighWatermark(id.Offset);
        (_state as FollowerState)?.OnSnapshotDone();
        Poll();
    }

    /// <summary>A fetched snapshot is damaged: it is fetched anew.</summary>
    public void SnapshotRejected(Moment now)
    {
        Now = now;
        (_state as FollowerState)?.OnSnapshotDone();
        Poll();
    }

    internal void Emit(QuorumEffect effect) => _effects.Add(effect);

    internal int RandomMs(int limitMs) => limitMs <= 0 ? 0 : _random.Next(limitMs);

    internal long ElectionDeadlineMs() => NowMs + Options.ElectionTimeoutMs + RandomMs(Options.ElectionTimeoutMs);

    /// <summary>The node of a voter, or null if it is not known where that is.</summary>
    internal QuorumNode? NodeOf(int voterId) => Voters.Find(voterId)?.NodeAt(Options.ControllerListener);

    /// <summary>Sends a request if the node can be asked now.</summary>
    internal void MaybeSend(QuorumNode to, Func<QuorumRequest> request, int extraWaitMs = 0)
    {
        if (Requests.IsReady(to.Id, NowMs))
        {
            long correlationId = Requests.Begin(to.Id, NowMs, extraWaitMs);
            Emit(new SendRequest(to, correlationId, request()));
        }
    }

    internal FetchLogRequest NextFetch(int maxWaitMs) => new(
        Epoch, Self, Log.EndOffset, Log.LastEpoch, HighWatermark, maxWaitMs, Options.FetchMaxBytes);

    internal void AdvanceHighWatermark(long offset)
    {
        if (offset > HighWatermark)
        {
            HighWatermark = offset;
            Emit(new Commit(offset));
        }
    }

    internal void AppendOwn(LeaderState leader, ReadOnlyMemory<byte> batch)
    {
        var parsed = new RecordBatch(batch);
        if (parsed.BaseOffset != Log.EndOffset)
        {
            throw new InvalidOperationException($"A batch at {parsed.BaseOffset} does not continue the log, which ends at {Log.EndOffset}.");
        }
        Append(batch, parsed);
        Emit(new FlushLog());
        leader.OnAppended();
    }

    /// <summary>Notes a batch at the end of the log and what it says of the voters.</summary>
    private void Append(ReadOnlyMemory<byte> bytes, RecordBatch batch)
    {
        Emit(new AppendToLog(bytes, Epoch));
        NoteBatch(batch);
    }

    private void NoteBatch(RecordBatch batch)
    {
        Log.Append(batch.PartitionLeaderEpoch, batch.NextOffset);
        if (batch.IsControl)
        {
            VoterHistory.Add(batch.BaseOffset, ControlRecords.Apply(Voters, batch));
        }
    }

    /// <summary>Lets the state do what is due; what follows from a change of state is due at once.</summary>
    private void Poll()
    {
        EpochState before;
        do
        {
            before = _state;
            before.Poll();
        }
        while (!ReferenceEquals(before, _state));
    }
}
