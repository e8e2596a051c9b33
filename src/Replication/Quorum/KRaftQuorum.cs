using System.Collections.Immutable;
using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Replication.Quorum.Core;
using Compat.Wire.Messages;

namespace Compat.Replication.Quorum;

/// <summary>
/// KRaft with its log, its timer and its peers: drives a <see cref="QuorumCore"/>. Inputs come from any thread, one at a time
/// under a lock, and what follows from each is carried out before the next (KRaftQuorum.Effects.cs). A flush runs
/// beside, so that one flush is for everything that was appended while the flush before it was under way; and so does
/// the listener, which may make ten thousand partitions meanwhile. A node that is the only voter leads when
/// <see cref="Start"/> returns.
/// </summary>
public sealed partial class KRaftQuorum : IMetadataQuorum
{
    private readonly Lock _gate = new();
    private readonly MetadataQuorumOptions _options;
    private readonly LogContext _context;
    private readonly MetadataLog _log;
    private readonly QuorumStateFile _stateFile;
    private readonly QuorumCore _core;
    private readonly QuorumSender _sender;
    private readonly QuorumWire _wire;
    private readonly CommittedFeed _feed;
    private readonly OffsetWaiters<ProposalOutcome> _waiters = new(ProposalOutcome.Committed);
    private readonly SerialWorker _flusher;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _shutDown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LeaderAndEpoch _leader = LeaderAndEpoch.None;
    private long _highWatermark;
    private bool _isStarted;
    private bool _isStopped;
    private bool _isDisposed;

    /// <summary>Opens the log in the node's metadata directory, and formats the directory if it is new.</summary>
    /// <param name="options">The node.</param>
    /// <param name="context">Storage and time.</param>
    /// <param name="random">For election timeouts.</param>
    /// <param name="peers">How the others are asked; null if there are none.</param>
    /// <exception cref="MetadataException">The log is damaged, or of a quorum with other voters.</exception>
    /// <exception cref="IOException">The device fails.</exception>
    public KRaftQuorum(MetadataQuorumOptions options, LogContext context, Random random, IPeers? peers = null)
    {
        _options = options;
        _context = context;
        _log = MetadataLog.Open(options, context);
        _stateFile = new QuorumStateFile(context.Storage, _log.DirectoryPath);
        var formatting = QuorumFormatting.Of(options, _log, context);
        BootstrapRecords = formatting.BootstrapRecords;
        _core = new QuorumCore(formatting.CoreOptions(), _log.Index(), formatting.Voters(), random);
        _highWatermark = _core.HighWatermark;
        _feed = new CommittedFeed(_log) { Failed = OnListenerFailed };
        _sender = new QuorumSender(options, peers, OnAnswer, OnFailure);
        _wire = new QuorumWire(options.ClusterId);
        _flusher = new SerialWorker(Flush);
        _timer = context.Time.CreateTimer(static quorum => ((KRaftQuorum)quorum!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public int NodeId => _options.NodeId;

    /// <inheritdoc/>
    public LeaderAndEpoch Leader
    {
        get
        {
            lock (_gate)
            {
                return _leader;
            }
        }
    }

    /// <inheritdoc/>
    public long HighWatermark => Interlocked.Read(ref _highWatermark);

    /// <inheritdoc/>
    public IReadOnlyList<MetadataRecord> BootstrapRecords { get; }

    /// <inheritdoc/>
    public short KRaftVersion
    {
        get
        {
            lock (_gate)
            {
                return _core.Voters.KRaftVersion;
            }
        }
    }

    /// <inheritdoc/>
    public OffsetAndEpoch? LatestSnapshot => _log.Snapshots.Latest;

    private Moment Now => new(
        (long)_context.Time.GetElapsedTime(0).TotalMilliseconds, _context.Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <inheritdoc/>
    public void Start(IMetadataQuorumListener listener)
    {
        lock (_gate)
        {
            _isStarted = true;
            _core.Start(_stateFile.Read(), Now);
            CarryOut();
        }
        if (_core.IsOnlyVoter)
        {
            Flush();
        }
        _feed.Start(listener);
    }

    /// <inheritdoc/>
    public Proposal Append(int epoch, IReadOnlyList<MetadataRecord> records)
    {
        Proposal proposal = Proposal.NotLeader(epoch);
        Do(core =>
        {
            if (!core.IsLeader || core.Epoch != epoch || core.IsShuttingDown)
            {
                return;
            }
            long baseOffset = core.Log.EndOffset;
            Moment now = Now;
            if (MetadataBatchCodec.Encode(baseOffset, epoch, now.UnixMs, records) is not { } batch)
            {
                proposal = Proposal.TooLarge(epoch);
                return;
            }
            long lastOffset = baseOffset + records.Count - 1;
            _feed.AddOwn(new CommittedBatch(baseOffset, lastOffset, epoch, now.UnixMs, batch.Length, records));
            core.Propose(batch, now);
            proposal = new Proposal(ProposalStatus.Appended, epoch, lastOffset);
        });
        return _isStopped ? Proposal.NotLeader(epoch) : proposal;
    }

    /// <inheritdoc/>
    public ValueTask<ProposalOutcome> WaitAsync(Proposal proposal, CancellationToken cancellation = default)
    {
        if (proposal.Status != ProposalStatus.Appended)
        {
            return new ValueTask<ProposalOutcome>(ProposalOutcome.NotLeader);
        }
        lock (_gate)
        {
            // Once another leads, what it will make of this log is not known.
            bool isInLog = _core.Log.EndOffset > proposal.LastOffset && _core.Log.EpochBefore(proposal.LastOffset + 1) == proposal.Epoch;
            bool isDecided = isInLog && _core.HighWatermark > proposal.LastOffset;
            return isDecided || (isInLog && _core.IsLeader && !_isStopped)
                ? _waiters.WaitAsync(proposal.LastOffset, cancellation)
                : new ValueTask<ProposalOutcome>(ProposalOutcome.OutcomeUnknown);
        }
    }

    /// <summary>
    /// Commits an empty record, unless nobody else votes: only what a majority has acknowledged after the call proves that
    /// no other node has been elected meanwhile.
    /// </summary>
    public async ValueTask<long?> ReadBarrierAsync(CancellationToken cancellation = default)
    {
        LeaderAndEpoch leader = Leader;
        if (!leader.IsLeader(NodeId))
        {
            return null;
        }
        if (_core.IsOnlyVoter)
        {
            return HighWatermark;
        }
        Proposal proposal = Append(leader.Epoch, [new MetadataRecord(new NoOpRecord(), 0)]);
        return await WaitAsync(proposal, cancellation).ConfigureAwait(false) == ProposalOutcome.Committed ? proposal.LastOffset + 1 : null;
    }

    /// <inheritdoc/>
    public void Resign(int epoch) => Do(core => core.Resign(epoch, Now));

    /// <inheritdoc/>
    public IMetadataSnapshotWriter? CreateSnapshot(OffsetAndEpoch id, long lastContainedLogTimestampMs)
    {
        if (id.Offset > HighWatermark)
        {
            throw new ArgumentException($"A snapshot up to {id.Offset} would pass the high watermark {HighWatermark}.", nameof(id));
        }
        VoterSet voters;
        lock (_gate)
        {
            voters = _core.VoterHistory.Before(id.Offset);
        }
        return LatestSnapshot is { } latest && latest.CompareTo(id) >= 0
            ? null
            : _log.CreateSnapshot(id, lastContainedLogTimestampMs, voters, OnSnapshotCreated);
    }

    /// <inheritdoc/>
    public QuorumDescription Describe()
    {
        lock (_gate)
        {
            return _core.State is LeaderState leader
                ? DescribeLeader(leader)
                : new QuorumDescription(_leader, _highWatermark, [.. _core.Voters.Voters.Select(voter => new QuorumVoter(voter.NodeId, voter.DirectoryId, -1, -1, -1, voter.Endpoints))], []);
        }
    }

    /// <summary>
    /// Hands the leadership over, commits what this node can commit itself, lets the listener see it, and closes the log.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }
            _isDisposed = true;
        }
        Do(core => core.ShutDown(Now));
        await Task.WhenAny(_shutDown.Task, Task.Delay(_options.ShutdownTimeout, _context.Time)).ConfigureAwait(false);
        await _flusher.DrainAsync().ConfigureAwait(false);
        await _feed.DrainAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _isStopped = true;
        }
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _sender.DisposeAsync().ConfigureAwait(false);
        RefuseAsked();
        _waiters.End(ProposalOutcome.OutcomeUnknown);
        _log.Close();
    }

    private QuorumDescription DescribeLeader(LeaderState leader)
    {
        (IReadOnlyList<ReplicaProgress> voters, IReadOnlyList<ReplicaProgress> observers) = leader.Describe();
        return new QuorumDescription(
            _leader, Math.Max(leader.HighWatermark, -1), [.. voters.Select(Describe)], [.. observers.Select(Describe)]);
    }

    private QuorumVoter Describe(ReplicaProgress replica)
    {
        bool isSelf = replica.Key.Id == NodeId;
        Moment now = Now;
        ImmutableArray<BrokerEndpoint> endpoints = _core.Voters.Find(replica.Key.Id)?.Endpoints ?? [];
        return isSelf
            ? new QuorumVoter(NodeId, _options.DirectoryId, _core.Log.EndOffset, now.UnixMs, now.UnixMs, endpoints)
            : new QuorumVoter(replica.Key.Id, replica.Key.DirectoryId, replica.EndOffset, replica.LastFetchUnixMs, replica.LastCaughtUpUnixMs, endpoints);
    }
}
